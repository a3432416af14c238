//! What a target is told that we are, and can do.

use gateway::{Connection, Secret};
use ironrdp_connector::{Config, Credentials, DesktopSize};
use ironrdp_displaycontrol::client::DisplayControlClient;
use ironrdp_dvc::DrdynvcClient;
use ironrdp_pdu::gcc::{ConnectionType, KeyboardType};
use ironrdp_pdu::rdp::capability_sets::{MajorPlatformType, RailSupportLevel};
use ironrdp_pdu::rdp::client_info::{PerformanceFlags, TimezoneInfo};
use wire::desktop::Extent;

use crate::layout;
use crate::words::Trouble;

/// The build that we say we are: `xrdp` lets no desktop of those up to 419 change its size.
const BUILD: u32 = 18_363;

/// A client that shows pictures in full colour, without loss, and nothing beside.
pub(super) fn config(connection: &Connection, node: &str, extent: Extent) -> Result<Config, Trouble> {
    let Secret::Password(password) = &connection.secret else {
        return Err(Trouble::NoPassword { login: connection.login.clone() });
    };
    // DOMAIN\LOGIN, as Windows has it; LOGIN@DOMAIN is read by the target.
    let (domain, login) = match connection.login.split_once('\\') {
        Some((domain, login)) => (Some(domain.to_owned()), login),
        None => (None, connection.login.as_str()),
    };
    Ok(Config {
        desktop_size: DesktopSize { width: extent.width, height: extent.height },
        monitor_layout: None,
        desktop_scale_factor: 0,
        desktop_physical_size: None,
        desktop_orientation: None,
        device_scale_factor: None,
        monitor_extended_layout: None,
        relative_mouse_input: false,
        enable_tls: true,
        enable_credssp: true,
        enable_standard_rdp_security: false,
        credentials: Credentials::UsernamePassword {
            username: login.to_owned(),
            password: password.as_str().to_owned(),
        },
        domain,
        client_build: BUILD,
        client_name: node.to_owned(),
        keyboard_type: KeyboardType::IBM_ENHANCED,
        keyboard_subtype: 0,
        keyboard_functional_keys_count: 12,
        keyboard_layout: layout::US,
        connection_type: ConnectionType::Lan,
        ime_file_name: String::new(),
        // Bitmaps alone, and none of the codecs that lose detail.
        bitmap: None,
        dig_product_id: String::new(),
        client_dir: String::new(),
        alternate_shell: String::new(),
        work_dir: String::new(),
        remote_application_mode: false,
        rail_support_level: RailSupportLevel::empty(),
        platform: MajorPlatformType::UNIX,
        hardware_id: None,
        request_data: None,
        autologon: true,
        enable_audio_playback: false,
        enable_audio_capture: false,
        performance_flags: PerformanceFlags::DISABLE_WALLPAPER
            | PerformanceFlags::DISABLE_FULLWINDOWDRAG
            | PerformanceFlags::DISABLE_MENUANIMATIONS
            | PerformanceFlags::DISABLE_CURSOR_SHADOW
            | PerformanceFlags::ENABLE_FONT_SMOOTHING,
        license_cache: None,
        timezone_info: TimezoneInfo::default(),
        compression_type: None,
        enable_server_pointer: true,
        pointer_software_rendering: false,
        multitransport_flags: None,
        support_dyn_vc_gfx_protocol: false,
    })
}

/// Where targets say that their desktop can change its size.
pub(super) fn dynamic_channels() -> DrdynvcClient {
    DrdynvcClient::new().with_dynamic_channel(DisplayControlClient::new(|_| Ok(Vec::new())))
}
