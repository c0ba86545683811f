"""A machine whose energy is known: CodeCarbon reads counters that a scripted power curve drives.

Of CodeCarbon only the default path of its powercap tree is changed, and where a counter's text comes from; its
arithmetic is its own. Works in one process with simulated time (`clock`, `scenarios`) and in processes of their own
with real time (`launch`).
"""
