#include "config/config_sections.h"

#include <algorithm>
#include <filesystem>

namespace sluice::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Word<std::string_view> kLogLevels[] = {
    {"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}};
constexpr Word<tls::ClientCertificate> kClientCertificates[] = {
    {"required", tls::ClientCertificate::kRequired},
    {"optional", tls::ClientCertificate::kOptional},
    {"none", tls::ClientCertificate::kNone}};
constexpr Word<journal::Durability> kDurabilities[] = {{"commit", journal::Durability::kCommit},
                                                       {"interval", journal::Durability::kInterval},
                                                       {"memory", journal::Durability::kMemory}};
constexpr Word<journal::OnFull> kOnFull[] = {{"reject", journal::OnFull::kReject},
                                             {"drop_oldest", journal::OnFull::kDropOldest},
                                             {"drop_newest", journal::OnFull::kDropNewest}};
constexpr Word<forward::Format> kFormats[] = {{"flatbuffers", forward::Format::kFlatBuffers},
                                              {"json", forward::Format::kJson}};

// The largest that MQTT can say (2.1.4), with its header.
constexpr uint64_t kMaxPacketBytes = 268'435'455 + 5;

void ReadGateway(TableReader& t, GatewayConfig* gateway) {
  t.Require("id");
  t.Require("data_dir");
  t.Text("id", &gateway->id);
  t.Text("data_dir", &gateway->data_dir);
  t.Text("profiles", &gateway->profiles);
  t.OneOf("log_level", kLogLevels, &gateway->log_level);
  t.Bytes("memory_limit", 8 << 20, &gateway->memory_limit);
  t.Flag("local_events", &gateway->local_events);
  t.Time("clock_trust_after", seconds(0), &gateway->clock_trust_after);
}

void ReadAdmin(TableReader& t, AdminConfig* admin) {
  t.Flag("enabled", &admin->enabled);
  t.Text("bind", &admin->bind);
  t.TextList("hosts", &admin->hosts);
  t.Number("max_connections", 2, 1000, &admin->max_connections);
  t.Time("request_timeout", milliseconds(100), &admin->request_timeout);
}

void ReadLimits(TableReader& t, LimitsConfig* limits) {
  t.Number("max_connections", 0, 1'000'000, &limits->max_connections);
  t.Number("max_half_open", 1, 100'000, &limits->max_half_open);
  t.Bytes("max_packet", 1024, &limits->max_packet_bytes, kMaxPacketBytes);
  t.Number("receive_maximum", 1, 65'535, &limits->receive_maximum);
  t.Bytes("session_queue", 1024, &limits->session_queue_bytes);
  t.Bytes("retained", 0, &limits->retained_bytes);
  t.Bytes("output", 16 << 10, &limits->output_bytes);
  t.Time("hello_timeout", milliseconds(100), &limits->hello_timeout);
  t.Time("handshake_timeout", milliseconds(100), &limits->handshake_timeout);
  t.Time("connect_timeout", milliseconds(100), &limits->connect_timeout);
  t.Time("session_expiry_max", seconds(0), &limits->session_expiry_max);
}

void ReadJournal(TableReader& t, JournalConfig* journal) {
  t.Time("commit_linger", milliseconds(0), &journal->commit_linger);
  t.Bytes("max_bytes", 1 << 20, &journal->max_bytes);
  t.Bytes("min_free", 0, &journal->min_free);
}

void ReadListener(TableReader& t, ListenerConfig* listener) {
  t.Require("bind");
  t.Text("bind", &listener->bind);
  t.Flag("plaintext", &listener->plaintext);
  t.Flag("anonymous", &listener->anonymous);
  if (!t.Has("tls") && !listener->plaintext) {
    t.Complain("tls", "is missing; give it a certificate, or ask for plaintext = true");
  }
  if (t.Has("tls") && listener->plaintext)
    t.Complain("plaintext", "contradicts tls; remove one of them");
  t.Table("tls", [&](TableReader& files) {
    files.Require("cert");
    files.Require("key");
    files.Text("cert", &listener->tls.cert);
    files.Text("key", &listener->tls.key);
    files.Text("client_ca", &listener->tls.client_ca);
    files.OneOf("client_cert", kClientCertificates, &listener->tls.client_cert);
    if (listener->tls.client_cert != tls::ClientCertificate::kNone) files.Require("client_ca");
  });
  const bool identified =
      !listener->plaintext && listener->tls.client_cert == tls::ClientCertificate::kRequired;
  if (!identified && !listener->anonymous) {
    t.Complain("anonymous", "must be true where clients may come without a certificate");
  }
}

void ReadStream(TableReader& t, StreamConfig* stream) {
  t.Require("name");
  t.Text("name", &stream->name);
  if (stream->name == kDeadLetterStream) stream->topics.clear();
  t.TextList("topics", &stream->topics);
  t.OneOf("durability", kDurabilities, &stream->durability);
  t.Time("interval", milliseconds(1), &stream->interval);
  t.Bytes("max_bytes", 64 << 10, &stream->max_bytes);
  t.Bytes("segment_bytes", 16 << 10, &stream->segment_bytes);
  t.Bytes("max_quarantine", 0, &stream->max_quarantine);
  t.OneOf("on_full", kOnFull, &stream->on_full);
}

void ReadUplink(TableReader& t, UplinkConfig* uplink) {
  t.Require("name");
  t.Require("url");
  t.Text("name", &uplink->name);
  t.Text("url", &uplink->url);
  t.Text("client_id", &uplink->client_id);
  t.Text("ca", &uplink->ca);
  t.Text("cert", &uplink->cert);
  t.Text("key", &uplink->key);
  t.Text("username", &uplink->username);
  t.Text("password_file", &uplink->password_file);
  t.Number("mqtt_version", 3, 5, &uplink->mqtt_version);
  t.Time("keep_alive", seconds(1), &uplink->keep_alive, seconds(65'535));  // two bytes of CONNECT
  t.Time("connect_timeout", milliseconds(100), &uplink->connect_timeout);
  t.Time("ack_timeout", milliseconds(100), &uplink->ack_timeout);
  t.Time("backoff_min", milliseconds(1), &uplink->backoff_min);
  t.Time("backoff_max", milliseconds(1), &uplink->backoff_max);
  if (uplink->mqtt_version == 4) t.Complain("mqtt_version", "must be 5, or 3 for MQTT 3.1.1");
  if (uplink->backoff_max < uplink->backoff_min)
    t.Complain("backoff_max", "must not be less than backoff_min");
}

void ReadRoute(TableReader& t, RouteConfig* route) {
  t.Require("from");
  t.Require("to");
  t.Text("name", &route->name);
  t.Text("from", &route->from);
  t.Text("to", &route->to);
  t.Text("topic", &route->topic);
  t.OneOf("format", kFormats, &route->format);
  t.Time("max_age", seconds(0), &route->max_age);
  t.Table("batch", [&](TableReader& batch) {
    batch.Number("max_events", 1, 10'000, &route->batch.max_events);
    batch.Bytes("max_bytes", 1024, &route->batch.max_bytes);
    batch.Time("linger", milliseconds(0), &route->batch.linger);
  });
  t.Table("window", [&](TableReader& window) {
    window.Number("max_publishes", 1, 65'535, &route->window.max_publishes);
    window.Bytes("max_bytes", 1024, &route->window.max_bytes);
  });
}

void ReadAccess(TableReader& t, AccessConfig* access) {
  t.Text("identity", &access->identity);
  t.Flag("deny", &access->deny);
  t.TextList("publish", &access->publish);
  t.TextList("subscribe", &access->subscribe);
  t.TextList("speaks_for", &access->speaks_for);
  t.Number("share", 1, 10'000, &access->share);
  if (access->share != 0 && access->deny)
    t.Complain("share", "cannot be denied; remove deny or share");
  if (t.Has("speaks_for") && access->speaks_for.empty()) {
    t.Complain("speaks_for",
               "is empty; name devices, or leave it out: then an identity speaks for itself");
  } else if (access->publish.empty() && access->subscribe.empty() && access->speaks_for.empty() &&
             access->share == 0) {
    t.Complain("publish",
               "subscribe, speaks_for and share are all missing; a rule needs one of them");
  }
}

template <typename Section>
auto Into(std::vector<Section>* sections, void (*read)(TableReader&, Section*)) {
  return [=](TableReader& t) { read(t, &sections->emplace_back()); };
}

void MakeAbsolute(const std::string& directory, std::string* path) {
  if (path->empty() || std::filesystem::path(*path).is_absolute()) return;
  *path = std::filesystem::absolute(std::filesystem::path(directory) / *path)
              .lexically_normal()
              .string();
}

void AddDeadLetterStream(Config* config) {
  const auto is_dead_letters = [](const StreamConfig& s) { return s.name == kDeadLetterStream; };
  if (config->streams.empty() ||
      std::any_of(config->streams.begin(), config->streams.end(), is_dead_letters)) {
    return;
  }
  StreamConfig dead_letters;
  dead_letters.name = kDeadLetterStream;
  dead_letters.topics.clear();
  dead_letters.max_bytes = 16 << 20;
  dead_letters.on_full = journal::OnFull::kDropOldest;
  config->streams.push_back(dead_letters);
}

}  // namespace

void ReadSections(TableReader& root, Config* config) {
  root.Require("gateway");
  root.Table("gateway", [&](TableReader& t) { ReadGateway(t, &config->gateway); });
  root.Table("admin", [&](TableReader& t) { ReadAdmin(t, &config->admin); });
  root.Table("limits", [&](TableReader& t) { ReadLimits(t, &config->limits); });
  root.Table("journal", [&](TableReader& t) { ReadJournal(t, &config->journal); });
  root.Tables("listener", Into(&config->listeners, &ReadListener));
  root.Tables("stream", Into(&config->streams, &ReadStream));
  root.Tables("uplink", Into(&config->uplinks, &ReadUplink));
  root.Tables("route", Into(&config->routes, &ReadRoute));
  root.Tables("access", Into(&config->access, &ReadAccess));
}

void ResolveDefaults(const std::string& directory, Config* config) {
  MakeAbsolute(directory, &config->gateway.data_dir);
  MakeAbsolute(directory, &config->gateway.profiles);
  for (ListenerConfig& listener : config->listeners) {
    for (std::string* path : {&listener.tls.cert, &listener.tls.key, &listener.tls.client_ca}) {
      MakeAbsolute(directory, path);
    }
  }
  for (UplinkConfig& uplink : config->uplinks) {
    if (uplink.client_id.empty()) uplink.client_id = config->gateway.id + "-" + uplink.name;
    for (std::string* path : {&uplink.ca, &uplink.cert, &uplink.key, &uplink.password_file}) {
      MakeAbsolute(directory, path);
    }
  }
  for (RouteConfig& route : config->routes) {
    if (route.name.empty()) route.name = route.from + "-" + route.to;
  }
  AddDeadLetterStream(config);
  for (StreamConfig& stream : config->streams) {
    if (stream.max_quarantine == UINT64_MAX) stream.max_quarantine = stream.max_bytes / 4;
    if (stream.segment_bytes != 0) continue;
    stream.segment_bytes = std::clamp<uint64_t>(stream.max_bytes / 16, 16 << 10, 16 << 20);
  }
}

}  // namespace sluice::config
