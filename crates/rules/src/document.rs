//! The program as people write it: its JSON Schema, and a reader that names every fault.
