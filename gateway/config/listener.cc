#include "config/listener.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <utility>

#include "broker/access_control.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "transport/proxy_upgrade.h"
#include "transport/websocket_upgrade.h"

namespace sluice::config {
namespace {

using tls::ClientCertificate;

constexpr Word<ClientCertificate> kClientCertificates[] = {
    {"required", ClientCertificate::kRequired},
    {"optional", ClientCertificate::kOptional},
    {"none", ClientCertificate::kNone}};

constexpr Word<tls::NameSource> kNameSources[] = {{"cn", tls::NameSource::kCommonName},
                                                  {"san_dns", tls::NameSource::kDnsName},
                                                  {"san_uri", tls::NameSource::kUri},
                                                  {"san_email", tls::NameSource::kEmail}};

// crl_ended, as whether it refuses.
constexpr Word<bool> kCrlEnded[] = {{"use", false}, {"refuse", true}};

constexpr Word<Accept> kAccepts[] = {{"certificate", Accept::kCertificate},
                                     {"password", Accept::kPassword},
                                     {"password_plaintext", Accept::kPasswordPlaintext},
                                     {"psk", Accept::kPsk}};

Result<Accept> ParseAccept(std::string_view text) {
  std::string words;
  for (const Word<Accept>& word : kAccepts) {
    if (word.text == text) return word.value;
    words += fmt::format("{}{}", words.empty() ? "" : ", ", word.text);
  }
  return Status::InvalidArgument(
      fmt::format("'{}' is none of them; must be one of: {}", text, words));
}

// Whether a client has to show a certificate, unless client_cert says so.
ClientCertificate DefaultClientCertificate(const ListenerConfig& listener, bool has_accepts) {
  if (!has_accepts) return ClientCertificate::kRequired;
  if (!listener.Takes(Accept::kCertificate)) return ClientCertificate::kNone;
  return listener.accepts.size() == 1 ? ClientCertificate::kRequired : ClientCertificate::kOptional;
}

// "0660": who of this machine may use a socket file.
Result<uint32_t> ParseMode(std::string_view text) {
  uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (is_whole && text.size() >= 3 && mode <= 0777) return mode;
  return Status::InvalidArgument(
      fmt::format("'{}' is no mode of a file: write it in octal, as in \"0660\"", text));
}

bool IsOnNetwork(const ListenerConfig& listener) {
  return listener.plaintext && !listener.bind.is_unix();
}

void CheckAccepts(TableReader& t, const ListenerConfig& listener) {
  if (IsOnNetwork(listener) && listener.Takes(Accept::kPassword)) {
    t.Error("accepts",
            "has password, which clients would send in plaintext here; give the listener tls, or "
            "ask for password_plaintext");
  }
  if (!listener.plaintext && listener.Takes(Accept::kPasswordPlaintext)) {
    t.Error("accepts",
            "has password_plaintext, which is for a listener without tls; write password");
  }
  if (listener.plaintext && listener.Takes(Accept::kPsk)) {
    t.Error("accepts", "has psk, pre-shared keys of TLS; give the listener tls");
  }
  const bool shown = !listener.plaintext && listener.tls.client_cert != ClientCertificate::kNone;
  if (listener.Takes(Accept::kCertificate) && !shown) {
    t.Error("accepts",
            "has certificate, and clients show none here; take it out, or let tls.client_cert be "
            "required or optional");
  }
  const bool all_show_one = listener.Takes(Accept::kCertificate) &&
                            listener.tls.client_cert == ClientCertificate::kRequired;
  const bool others = listener.takes_passwords() || listener.Takes(Accept::kPsk);
  if (!all_show_one && !others && !listener.anonymous) {
    t.Error("anonymous",
            "must be true where clients may come without a certificate; or let them show something "
            "else, as with accepts = [\"password\"]");
  }
}

void ReadTls(TableReader& t, bool needs_certificate, ListenerTlsConfig* tls) {
  if (needs_certificate || t.Has("cert") || t.Has("key")) {
    t.Require("cert");
    t.Require("key");
  }
  t.Path("cert", &tls->cert);
  t.Path("key", &tls->key);
  t.Path("client_ca", &tls->client_ca);
  t.OneOf("client_cert", kClientCertificates, &tls->client_cert);
  t.OneOf("identity", kNameSources, &tls->identity);
  t.Paths("crl", &tls->crl);
  t.OneOf("crl_ended", kCrlEnded, &tls->refuse_ended_crl);
  if (tls->client_cert != ClientCertificate::kNone) return t.Require("client_ca");
  if (!tls->crl.empty()) {
    t.Error("crl", "revokes certificates of clients, and clients show none here; take it out");
  }
}

void ReadWebSocket(TableReader& t, ListenerWebSocketConfig* websocket) {
  constexpr uint64_t kLeast = 512, kMost = 64 << 10;
  t.Parsed("path", &websocket->path, transport::ParseWebSocketPath);
  t.ParsedList("origins", &websocket->origins, transport::ParseOrigin);
  t.Bytes("max_request", kLeast, &websocket->max_request_bytes, kMost);
}

void ReadProxies(TableReader& t, ListenerConfig* listener) {
  t.Flag("proxy_protocol", &listener->proxy_protocol);
  t.ParsedList("trusted_proxies", &listener->trusted_proxies, transport::AddressRange::Parse);
  const bool is_needed = listener->proxy_protocol && !listener->bind.is_unix();
  if (is_needed && listener->trusted_proxies.empty()) {
    t.Error("trusted_proxies",
            "must say from which addresses proxies come, as in [\"10.0.0.5\", \"10.1.0.0/16\"]; "
            "whoever else came could say that he is anybody");
  }
}

// Two addresses with the same port can't both be had, unless the system chooses it.
class BindCheck {
 public:
  explicit BindCheck(Diagnostics* diagnostics) : diagnostics_(diagnostics) {}

  void Add(const std::string& path, const transport::ListenAddress& bind) {
    if (!bind.is_unix()) return Add(path, bind.socket());
    if (files_.insert(bind.path()).second) return;
    diagnostics_->Error(path, fmt::format("{} can't be listened on twice", bind.text()));
  }
  void Add(const std::string& path, const transport::SocketAddress& bind) {
    if (bind.port() == 0) return;
    const std::string written = transport::FormatSocketAddress(bind.storage());
    for (const auto& [port, other] : seen_) {
      if (port != bind.port() || (other != written && !IsAny(other) && !IsAny(written))) continue;
      return diagnostics_->Error(
          path,
          fmt::format("{} and {} can't both be listened on; change one port", written, other));
    }
    seen_.emplace_back(bind.port(), written);
  }

 private:
  static bool IsAny(std::string_view address) {
    return address.starts_with("0.0.0.0:") || address.starts_with("[::]:");
  }

  Diagnostics* diagnostics_;
  std::vector<std::pair<uint16_t, std::string>> seen_;
  std::set<std::string> files_;
};

void CheckBinds(const Config& config, Diagnostics* diagnostics) {
  BindCheck check(diagnostics);
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    check.Add(fmt::format("listener[{}].bind", i), config.listeners[i].bind);
  }
  if (config.admin.enabled) check.Add("admin.bind", config.admin.bind);
}

// Whoever needs no certificate must not speak for whomever it likes by accident.
void CheckAnonymous(const Config& config, size_t i, Diagnostics* diagnostics) {
  const ListenerConfig& listener = config.listeners[i];
  if (!listener.anonymous) return;
  diagnostics->Warning(fmt::format("listener {} admits clients that show nothing, as '{}'",
                                   listener.bind.text(), kAnonymous));
  if (broker::AccessControl(ToAccessRules(config.access)).SaysForWhomSpeaks(kAnonymous)) return;
  diagnostics->Error(
      fmt::format("listener[{}].anonymous", i),
      "needs a rule that says for which devices clients without a certificate speak; add "
      "[[access]] with identity = \"anonymous\" and speaks_for = [\"sensor-*\"], or [\"*\"] for "
      "any");
}

void WarnOfIdleKeys(const ListenerConfig& listener, Diagnostics* diagnostics) {
  const std::string& bind = listener.bind.text();
  if (listener.mode != ListenerConfig{}.mode && !listener.bind.is_unix()) {
    diagnostics->Warning(
        fmt::format("listener {} has a mode, which is for files of Unix sockets", bind));
  }
  if (!listener.trusted_proxies.empty() && !listener.proxy_protocol) {
    diagnostics->Warning(
        fmt::format("listener {} has trusted_proxies, which are for proxy_protocol = true", bind));
  }
}

tls::ServerConfig ToServerConfig(const ListenerTlsConfig& tls) {
  tls::ServerConfig config;
  config.certificate_file = tls.cert;
  config.key_file = tls.key;
  config.client_ca_file = tls.client_ca;
  config.client_certificate = tls.client_cert;
  config.client_name = tls.identity;
  config.crl_files = tls.crl;
  config.refuse_ended_crl = tls.refuse_ended_crl;
  return config;
}

// The section's key whose file a message is about.
std::string_view KeyIn(std::string_view message, const ListenerTlsConfig& tls) {
  if (message.starts_with("revocation list")) return "crl";
  if (message.find(tls.key) != message.npos) return "key";
  return message.find(tls.cert) != message.npos ? "cert" : "client_ca";
}

// What is in a socket file's place is looked at when the gateway starts.
void CheckBind(const std::string& path, const transport::ListenAddress& bind, Machine& machine) {
  if (!bind.is_unix()) return machine.CheckBind(path, bind.socket());
  const std::string file = bind.path();
  machine.CheckExists(path, file.substr(0, file.rfind('/') + 1));
}

void CheckTls(const std::string& path, const ListenerConfig& listener, Machine& machine) {
  const ListenerTlsConfig& tls = listener.tls;
  bool there = machine.CheckExists(path + ".cert", tls.cert);
  if (tls.client_cert != ClientCertificate::kNone) {
    there &= machine.CheckExists(path + ".client_ca", tls.client_ca);
  }
  there &= machine.CheckSecret(path + ".key", tls.key);
  for (const std::string& crl : tls.crl) there &= machine.CheckExists(path + ".crl", crl);
  if (!there) return;
  tls::ServerConfig server = ToServerConfig(tls);
  if (listener.Takes(Accept::kPsk)) server.psk = std::make_shared<tls::PskKeys>();
  const auto context = tls::Context::NewServer(server);
  if (!context.ok()) {
    const std::string& message = context.status().message();
    return machine.diagnostics().Fault(fmt::format("{}.{}", path, KeyIn(message, tls)), message);
  }
  for (const std::string& trouble : (*context)->DateTroubles(SystemClock())) {
    machine.diagnostics().Warning(fmt::format("listener {}: {}", listener.bind.text(), trouble));
  }
}

}  // namespace

void Read(TableReader& t, ListenerConfig* listener) {
  t.Require("bind");
  t.Parsed("bind", &listener->bind, transport::ListenAddress::Parse);
  t.Parsed("mode", &listener->mode, ParseMode);
  t.Flag("plaintext", &listener->plaintext);
  t.Flag("anonymous", &listener->anonymous);
  t.Flag("check_payload_format", &listener->check_payload_format);
  if (!t.Has("tls") && listener->bind.is_unix()) listener->plaintext = true;
  if (!t.Has("tls") && !listener->plaintext) {
    t.Error("tls", "is missing; give it a certificate, or ask for plaintext = true");
  }
  if (t.Has("tls") && listener->plaintext) {
    t.Error("plaintext", "contradicts tls; remove one of them");
  }
  const bool has_accepts = t.Has("accepts");
  t.ParsedList("accepts", &listener->accepts, ParseAccept);
  listener->tls.client_cert = DefaultClientCertificate(*listener, has_accepts);
  // Who has the same key needs no certificate from us either.
  const bool only_psk = listener->accepts == std::vector<Accept>{Accept::kPsk};
  t.Table("tls", [&](TableReader& tls) {
    ReadTls(tls, /*needs_certificate=*/!only_psk || listener->anonymous, &listener->tls);
  });
  if (!has_accepts && t.Has("tls") && listener->tls.client_cert != ClientCertificate::kNone) {
    listener->accepts = {Accept::kCertificate};
  }
  CheckAccepts(t, *listener);
  t.Table("websocket", [listener](TableReader& websocket) {
    ReadWebSocket(websocket, &listener->websocket.emplace());
  });
  ReadProxies(t, listener);
}

void CheckListeners(const Config& config, Diagnostics* diagnostics) {
  if (config.listeners.empty()) {
    diagnostics->ErrorInFile("no [[listener]]; without one no device can connect");
  }
  CheckBinds(config, diagnostics);
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    if (IsOnNetwork(config.listeners[i])) {
      diagnostics->Warning(
          fmt::format("listener {} speaks plaintext: anyone on the network can read and forge",
                      config.listeners[i].bind.text()));
    }
    if (IsOnNetwork(config.listeners[i]) && config.listeners[i].Takes(Accept::kPasswordPlaintext)) {
      diagnostics->Warning(
          fmt::format("listener {} takes passwords in plaintext: anyone on the network can read "
                      "them and come in with them",
                      config.listeners[i].bind.text()));
    }
    WarnOfIdleKeys(config.listeners[i], diagnostics);
    CheckAnonymous(config, i, diagnostics);
  }
}

void CheckMachine(const std::vector<ListenerConfig>& listeners, Machine& machine) {
  for (size_t i = 0; i < listeners.size(); ++i) {
    const std::string path = fmt::format("listener[{}]", i);
    CheckBind(path + ".bind", listeners[i].bind, machine);
    if (!listeners[i].plaintext) CheckTls(path + ".tls", listeners[i], machine);
  }
}

std::string NoteOf(const ListenerConfig& listener) {
  std::string note;
  if (listener.bind.is_dual_stack()) note += ", IPv4 as well";
  if (listener.websocket) note += ", WebSocket at " + listener.websocket->path;
  if (listener.proxy_protocol) note += ", behind proxies";
  return note;
}

Result<std::shared_ptr<tls::Context>> MakeTlsContext(const ListenerConfig& listener,
                                                     const Clock& clock,
                                                     std::shared_ptr<const tls::PskKeys> psk) {
  tls::ServerConfig tls = ToServerConfig(listener.tls);
  tls.clock = &clock;
  if (listener.Takes(Accept::kPsk)) tls.psk = std::move(psk);
  return tls::Context::NewServer(tls);
}

std::vector<std::string> FilesOf(const ListenerTlsConfig& tls) {
  std::vector<std::string> files;
  for (const std::string& file : {tls.cert, tls.key, tls.client_ca}) {
    if (!file.empty()) files.push_back(file);
  }
  files.insert(files.end(), tls.crl.begin(), tls.crl.end());
  return files;
}

Result<server::ListenerSpec> MakeListenerSpec(const Config& config, const ListenerConfig& listener,
                                              const MemoryPlan& plan, const Clock& clock,
                                              std::shared_ptr<const tls::PskKeys> psk) {
  server::ListenerSpec spec;
  spec.transport.bind = listener.bind.text();
  spec.transport.socket_mode = listener.mode;
  if (listener.proxy_protocol) {
    spec.transport.under_tls.push_back(transport::ProxyUpgrade::From(listener.trusted_proxies));
  }
  if (listener.websocket) {
    const ListenerWebSocketConfig& websocket = *listener.websocket;
    spec.transport.over_tls.push_back(transport::WebSocketUpgrade::With(
        {.path = websocket.path,
         .origins = websocket.origins,
         .max_request_bytes = static_cast<size_t>(websocket.max_request_bytes)}));
  }
  spec.transport.limits = ToStreamLimits(config.limits, plan);
  spec.check_payload_format = listener.check_payload_format;
  if (listener.anonymous) spec.entry.anonymous = kAnonymous;
  spec.entry.certificate = listener.Takes(Accept::kCertificate);
  spec.entry.password = listener.takes_passwords();
  spec.entry.psk = listener.Takes(Accept::kPsk);
  if (listener.plaintext) return spec;

  auto context = MakeTlsContext(listener, clock, std::move(psk));
  if (!context.ok()) return context.status();
  spec.transport.tls = std::move(*context);
  return spec;
}

}  // namespace sluice::config
