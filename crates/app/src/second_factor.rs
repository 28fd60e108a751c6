//! second_factor
