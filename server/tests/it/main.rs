//! The server from outside: its web, its command line and its database.

mod cli_commands;
mod cli_serve;
mod database;
mod people;
mod program;
mod recordings;
mod report_client;
mod reports;
mod running;
mod sshd;
mod store_access_log;
mod store_audit;
mod store_directory;
mod store_sessions;
mod web_access_logs;
mod web_api;
mod web_audit;
mod web_client;
mod web_feed;
mod web_live;
mod web_pages;
mod web_recordings;
mod web_reports;
mod web_sign_in;
mod web_world;
