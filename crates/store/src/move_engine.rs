//! move_engine
