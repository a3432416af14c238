//! A desktop of our own with a known picture: what xrdp lacks (CredSSP, patience with nonsense on demand), and a
//! record of what was done at it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use ironrdp_acceptor::{
    Acceptor, AcceptorResult, BeginResult, ConnectorResult, DesktopSize, accept_begin, accept_credssp,
    accept_finalize,
};
use ironrdp_connector::sspi::generator::NetworkRequest;
use ironrdp_connector::{ConnectorError, ConnectorErrorExt};
use ironrdp_core::{decode, encode_vec};
use ironrdp_displaycontrol::pdu::DisplayControlMonitorLayout;
use ironrdp_displaycontrol::server::{DisplayControlHandler, DisplayControlServer};
use ironrdp_dvc::DrdynvcServer;
use ironrdp_pdu::input::fast_path::{FastPathInput, FastPathInputEvent};
use ironrdp_pdu::nego::SecurityProtocol;
use ironrdp_pdu::rdp::capability_sets::{self, CapabilitySet, GeneralExtraFlags, InputFlags};
use ironrdp_pdu::rdp::client_info::Credentials;
use ironrdp_pdu::rdp::headers::{ServerDeactivateAll, ShareControlHeader, ShareControlPdu};
use ironrdp_pdu::x224::X224;
use ironrdp_pdu::{Action, mcs};
use ironrdp_svc::{StaticChannelSet, server_encode_svc_messages};
use ironrdp_tokio::{Framed, FramedWrite, MovableTokioFramed, MovableTokioStream, NetworkClient};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The account that it lets in.
pub(crate) const LOGIN: &str = "desk";
pub(crate) const PASSWORD: &str = "correct horse";

/// How it behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    pub(crate) credssp: bool,
    /// Whether its desktop can change its size while it runs.
    pub(crate) resizes: bool,
    /// Whether it changes its size when it is made to, and not at once.
    pub(crate) hesitates: bool,
    /// Says this in place of an answer, at this point.
    pub(crate) rubbish: Option<(Point, &'static [u8])>,
}

/// Where it may say nonsense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    First,
    Tls,
    Credssp,
    Settings,
}

impl Default for Manners {
    fn default() -> Self {
        Self { credssp: false, resizes: true, hesitates: false, rubbish: None }
    }
}

/// What a test has it do.
#[derive(Debug)]
pub(crate) enum Deed {
    /// Says these bytes as they are.
    Say(Vec<u8>),
    /// Changes to the size that it was asked for.
    Change,
    /// Hangs up.
    HangUp,
    /// Reads nothing for good.
    Freeze,
}

/// A running one.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// As it is pinned.
    pub(crate) certificate: Vec<u8>,
    deeds: mpsc::UnboundedSender<Deed>,
    /// Everything that was typed.
    pub(crate) typed: watch::Receiver<Vec<FastPathInputEvent>>,
    /// How many connections came to a desktop.
    pub(crate) desktops: watch::Receiver<usize>,
    /// How many sizes it was asked for.
    pub(crate) sizes: watch::Receiver<usize>,
}

/// What its connections share.
struct Shared {
    manners: Manners,
    tls: TlsAcceptor,
    key: Vec<u8>,
    deeds: Mutex<mpsc::UnboundedReceiver<Deed>>,
    typed: watch::Sender<Vec<FastPathInputEvent>>,
    desktops: watch::Sender<usize>,
    sizes: watch::Sender<usize>,
}

/// The colour of a pixel of the known picture.
pub(crate) const fn colour(x: u16, y: u16) -> [u8; 3] {
    [(x % 251) as u8, (y % 241) as u8, (x / 7 + y / 5) as u8]
}

impl Peer {
    /// One that behaves like that. Lives as long as the test.
    pub(crate) fn start(manners: Manners) -> Self {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        let der = certificate.to_vec();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .expect("a pair");
        let (deeds, to_do) = mpsc::unbounded_channel();
        let (typed, seen) = watch::channel(Vec::new());
        let (desktops, opened) = watch::channel(0);
        let (sizes, asked) = watch::channel(0);
        let shared = Arc::new(Shared {
            manners,
            tls: TlsAcceptor::from(Arc::new(config)),
            key: gateway::der::public_key(&der).expect("a key").to_vec(),
            deeds: Mutex::new(to_do),
            typed,
            desktops,
            sizes,
        });
        let (bound, address) = std::sync::mpsc::channel();
        // Its half of the protocol is made for one thread.
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
            tokio::task::LocalSet::new().block_on(&runtime, async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                bound.send(listener.local_addr().expect("its address")).expect("a test");
                while let Ok((stream, _)) = listener.accept().await {
                    let shared = Arc::clone(&shared);
                    tokio::task::spawn_local(async move {
                        if let Err(why) = serve(stream, &shared).await {
                            tracing::debug!(%why, "a connection ended");
                        }
                    });
                }
            });
        });
        let address = address.recv().expect("an address");
        Self { address, certificate: der, deeds, typed: seen, desktops: opened, sizes: asked }
    }

    pub(crate) fn make(&self, deed: Deed) {
        self.deeds.send(deed).expect("a peer");
    }
}

type Wire = Framed<MovableTokioStream<TlsStream<TcpStream>>>;
type Sad = Box<dyn std::error::Error>;

async fn serve(mut stream: TcpStream, shared: &Shared) -> Result<(), Sad> {
    let rubbish = |point| shared.manners.rubbish.filter(|(at, _)| *at == point).map(|(_, bytes)| bytes);
    if let Some(bytes) = rubbish(Point::First) {
        stream.write_all(bytes).await?;
        return hold(&mut stream).await;
    }
    let security = if shared.manners.credssp { SecurityProtocol::HYBRID } else { SecurityProtocol::SSL };
    let size = DesktopSize { width: 800, height: 600 };
    let credentials = Credentials { username: LOGIN.into(), password: PASSWORD.into(), domain: None };
    let mut acceptor = Acceptor::new(security, size, capabilities(size), Some(credentials));
    acceptor.set_honor_client_desktop_size(Some(DesktopSize { width: 4096, height: 4096 }));
    let (sizes, mut asked) = mpsc::unbounded_channel();
    if shared.manners.resizes {
        let control = DisplayControlServer::new(Box::new(Sizes(sizes)));
        acceptor.attach_static_channel(DrdynvcServer::new().with_dynamic_channel(control));
    }
    let begun = accept_begin(MovableTokioFramed::new(stream), &mut acceptor).await?;
    let BeginResult::ShouldUpgrade(mut stream) = begun else { return Err("no TLS".into()) };
    if let Some(bytes) = rubbish(Point::Tls) {
        stream.write_all(bytes).await?;
        return hold(&mut stream).await;
    }
    let stream = shared.tls.accept(stream).await?;
    acceptor.mark_security_upgrade_as_done();
    let mut framed = MovableTokioFramed::new(stream);
    for point in [Point::Credssp, Point::Settings] {
        if let Some(bytes) = rubbish(point).filter(|_| point == Point::Credssp || !shared.manners.credssp) {
            framed.write_all(bytes).await?;
            return hold(framed.get_inner_mut().0).await;
        }
    }
    if acceptor.should_perform_credssp() {
        let name = "client".to_owned().into();
        accept_credssp(&mut framed, &mut acceptor, &mut NoNetwork, name, shared.key.clone(), None).await?;
    }
    let (mut framed, mut result) = accept_finalize(framed, &mut acceptor).await?;
    let mut channels = std::mem::take(&mut result.static_channels);
    start_channels(&mut framed, &mut channels, &result).await?;
    shared.desktops.send_modify(|desktops| *desktops += 1);
    let mut size = result.capabilities.iter().find_map(size_of).ok_or("no size")?;
    draw_all(&mut framed, size).await?;
    let mut deeds = shared.deeds.lock().await;
    let mut wanted = None;
    loop {
        tokio::select! {
            pdu = framed.read_pdu() => match pdu? {
                (Action::FastPath, frame) => {
                    let input: FastPathInput = decode(&frame)?;
                    shared.typed.send_modify(|typed| typed.extend(input.input_events()));
                }
                (Action::X224, frame) => answer(&mut framed, &mut channels, &result, &frame).await?,
            },
            deed = deeds.recv() => match deed {
                Some(Deed::Say(bytes)) => framed.write_all(&bytes).await?,
                Some(Deed::Change) => {
                    size = wanted.take().ok_or("no size to change to")?;
                    (framed, acceptor) = change(framed, acceptor, channels, &mut result, size).await?;
                    channels = std::mem::take(&mut result.static_channels);
                }
                Some(Deed::HangUp) | None => return Ok(()),
                Some(Deed::Freeze) => std::future::pending().await,
            },
            Some(asked) = asked.recv() => {
                shared.sizes.send_modify(|sizes| *sizes += 1);
                if shared.manners.hesitates {
                    wanted = Some(asked);
                    continue;
                }
                size = asked;
                (framed, acceptor) = change(framed, acceptor, channels, &mut result, size).await?;
                channels = std::mem::take(&mut result.static_channels);
            }
        }
    }
}

/// Both sides agree on another size.
async fn change(
    mut framed: Wire,
    acceptor: Acceptor,
    channels: StaticChannelSet,
    result: &mut AcceptorResult,
    size: DesktopSize,
) -> Result<(Wire, Acceptor), Sad> {
    framed.write_all(&deactivate(result)?).await?;
    let mut acceptor = Acceptor::new_deactivation_reactivation(acceptor, channels, size)?;
    (framed, *result) = accept_finalize(framed, &mut acceptor).await?;
    draw_all(&mut framed, size).await?;
    Ok((framed, acceptor))
}

/// Keeps the connection until the other side leaves.
async fn hold(stream: &mut (impl AsyncRead + Unpin)) -> Result<(), Sad> {
    tokio::io::copy(stream, &mut tokio::io::sink()).await?;
    Ok(())
}

fn size_of(capability: &CapabilitySet) -> Option<DesktopSize> {
    match capability {
        CapabilitySet::Bitmap(bitmap) => {
            Some(DesktopSize { width: bitmap.desktop_width, height: bitmap.desktop_height })
        }
        _ => None,
    }
}

async fn start_channels(
    framed: &mut Wire,
    channels: &mut StaticChannelSet,
    result: &AcceptorResult,
) -> Result<(), Sad> {
    for (_, channel, id) in channels.iter_mut() {
        let Some(id) = id else { continue };
        let said = channel.start()?;
        framed.write_all(&server_encode_svc_messages(said, id, result.user_channel_id)?).await?;
    }
    Ok(())
}

async fn answer(
    framed: &mut Wire,
    channels: &mut StaticChannelSet,
    result: &AcceptorResult,
    frame: &[u8],
) -> Result<(), Sad> {
    let said: X224<mcs::McsMessage<'_>> = decode(frame)?;
    let mcs::McsMessage::SendDataRequest(data) = said.0 else { return Ok(()) };
    if let Some(channel) = channels.get_by_channel_id_mut(data.channel_id) {
        let said = channel.process(&data.user_data)?;
        let bytes = server_encode_svc_messages(said, data.channel_id, result.user_channel_id)?;
        framed.write_all(&bytes).await?;
    }
    Ok(())
}

fn deactivate(result: &AcceptorResult) -> Result<Vec<u8>, Sad> {
    let pdu = ShareControlHeader {
        share_control_pdu: ShareControlPdu::ServerDeactivateAll(ServerDeactivateAll),
        share_id: 0,
        pdu_source: result.io_channel_id,
    };
    let user_data = encode_vec(&pdu)?;
    let indication = mcs::SendDataIndication {
        initiator_id: result.user_channel_id,
        channel_id: result.io_channel_id,
        user_data: user_data.into(),
    };
    Ok(encode_vec(&X224(indication))?)
}

async fn draw_all(framed: &mut Wire, size: DesktopSize) -> Result<(), Sad> {
    const SIDE: u16 = 64;
    for top in (0..size.height).step_by(SIDE.into()) {
        for left in (0..size.width).step_by(SIDE.into()) {
            let (width, height) = (SIDE.min(size.width - left), SIDE.min(size.height - top));
            framed.write_all(&bitmap([left, top, width, height], width, colour)).await?;
        }
    }
    Ok(())
}

/// An update that draws a part, its rows as long as `padded` pixels, what is too many being of another colour.
pub(crate) fn bitmap(
    [left, top, width, height]: [u16; 4],
    padded: u16,
    colour: impl Fn(u16, u16) -> [u8; 3],
) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in (top..top + height).rev() {
        for x in left..left + padded {
            let [red, green, blue] = if x < left + width { colour(x, y) } else { [255, 0, 255] };
            pixels.extend([blue, green, red, 0]);
        }
    }
    let (right, bottom) = (left + width - 1, top + height - 1);
    let length = u16::try_from(pixels.len()).expect("a small part");
    let mut update = Vec::new();
    for word in [1, 1, left, top, right, bottom, padded, height, 32, 0, length] {
        update.extend(word.to_le_bytes());
    }
    update.extend(pixels);
    fast_path(1, &update)
}

/// A fast-path frame with one update.
pub(crate) fn fast_path(code: u8, update: &[u8]) -> Vec<u8> {
    let length = u16::try_from(update.len()).expect("a small update");
    let [high, low] = (length + 6).to_be_bytes();
    let mut frame = vec![0, 0x80 | high, low, code];
    frame.extend(length.to_le_bytes());
    frame.extend(update);
    frame
}

fn capabilities(size: DesktopSize) -> Vec<CapabilitySet> {
    vec![
        CapabilitySet::General(capability_sets::General {
            extra_flags: GeneralExtraFlags::FASTPATH_OUTPUT_SUPPORTED,
            ..Default::default()
        }),
        CapabilitySet::Bitmap(capability_sets::Bitmap {
            pref_bits_per_pix: 32,
            desktop_width: size.width,
            desktop_height: size.height,
            desktop_resize_flag: true,
            drawing_flags: capability_sets::BitmapDrawingFlags::empty(),
        }),
        CapabilitySet::Order(capability_sets::Order::new(
            capability_sets::OrderFlags::empty(),
            capability_sets::OrderSupportExFlags::empty(),
            2048,
            224,
        )),
        CapabilitySet::Pointer(capability_sets::Pointer {
            color_pointer_cache_size: 25,
            pointer_cache_size: 25,
        }),
        CapabilitySet::Input(capability_sets::Input {
            input_flags: InputFlags::SCANCODES
                | InputFlags::MOUSEX
                | InputFlags::UNICODE
                | InputFlags::FASTPATH_INPUT
                | InputFlags::FASTPATH_INPUT_2,
            keyboard_layout: 0,
            keyboard_type: None,
            keyboard_subtype: 0,
            keyboard_function_key: 128,
            keyboard_ime_filename: String::new(),
        }),
        CapabilitySet::VirtualChannel(capability_sets::VirtualChannel {
            flags: capability_sets::VirtualChannelFlags::NO_COMPRESSION,
            chunk_size: None,
        }),
    ]
}

/// Takes note of the sizes that are asked for.
struct Sizes(mpsc::UnboundedSender<DesktopSize>);

impl DisplayControlHandler for Sizes {
    fn monitor_layout(&self, layout: DisplayControlMonitorLayout) {
        if let Some(monitor) = layout.monitors().first() {
            let (width, height) = monitor.dimensions();
            let narrow = |side: u32| u16::try_from(side).expect("a size");
            // Nobody waits for it when the connection has ended.
            let _ = self.0.send(DesktopSize { width: narrow(width), height: narrow(height) });
        }
    }
}

struct NoNetwork;

impl NetworkClient for NoNetwork {
    async fn send(&mut self, _: &NetworkRequest) -> ConnectorResult<Vec<u8>> {
        Err(ConnectorError::general("no network here"))
    }
}
