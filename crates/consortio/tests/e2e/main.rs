//! The binary from outside: what scripts, operators and power cuts do to it.

mod commands;
mod crash;
mod group;
mod locations;
mod log;
mod logs;
mod mail;
mod run;
mod users;
