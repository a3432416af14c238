//! The server from outside: its web, its command line and its database.

mod cli_commands;
mod cli_serve;
mod database;
mod people;
mod program;
mod running;
mod store_audit;
mod store_directory;
mod store_sessions;
mod web_api;
mod web_audit;
mod web_client;
mod web_feed;
mod web_live;
mod web_pages;
mod web_sign_in;
mod web_world;
