//! `libdemo.so.1` for guests: the C symbols of the demo API, forwarded by AvA.

ava_demo::export_guest!();
