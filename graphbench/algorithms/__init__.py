"""The problems: one page each, with the certificate and the reference engines' adapters."""
