"""What tests share: records, graphs, reference answers, engine doubles, a stand-in device and a loopback server.

The modules `*_engines`, `strict_engine` and `device_plugin` are plugins: tests name them in GRAPHBENCH_PLUGINS.
"""
