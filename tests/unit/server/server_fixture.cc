#include "server_fixture.h"

#include <fmt/format.h>

#include <utility>

#include "schema/event_view.h"
#include "support/access_rules.h"
#include "support/manual_journal.h"
#include "support/memory_stream.h"

namespace sluice::server {
namespace {

normalise::Profile ClimateProfile() {
  normalise::ReadingRule reading;
  reading.name = "temperature";
  reading.member = "/t";
  normalise::EventRule event;
  event.type = "climate.reading.v1";
  normalise::ReadingRule note;
  note.name = "note";
  note.member = "/note";
  note.type = normalise::ReadingRule::Type::kText;
  event.readings = {reading, note};
  normalise::Profile profile;
  profile.name = "climate";
  profile.topics = {"devices/+/climate"};
  profile.device = {.from = normalise::DeviceRule::From::kTopicLevel, .level = 1};
  profile.events = {event};
  return profile;
}

std::vector<broker::AccessRule> Rules() {
  broker::AccessRule deny, allow;
  deny.effect = broker::AccessRule::Effect::kDeny;
  deny.speaks_for = test::Devices({"victim"});
  allow.speaks_for = test::Devices({"*"});
  deny.publish = allow.publish = allow.subscribe = true;
  deny.topics = test::Topics({"forbidden/#"});
  allow.topics = test::Topics({"#"});
  return {deny, allow};
}

}  // namespace

ServerTest::ServerTest() {
  SetLogLevel(LogLevel::kOff);
  journal_options_ = test::ManualJournalOptions(clock_, &metrics_);
  telemetry_.name = "telemetry";
  telemetry_.routes = {"cloud"};
  telemetry_.max_bytes = 1 << 20;
  telemetry_.segment_bytes = 128 << 10;
  telemetry_.max_dirty_bytes = 64 << 10;
  dead_letters_ = telemetry_;
  dead_letters_.name = "dead-letters";
  dead_letters_.routes = {};
  options_.gateway = "gw";
  options_.local_event_streams = {"telemetry"};
  ingest_options_.gateway = "gw";
  ingest_options_.streams = {{"telemetry", {"devices/#"}}};
  ingest_options_.dead_letter_stream = "dead-letters";
  access_ = Rules();
}

ServerTest::~ServerTest() {
  clients_.clear();
  Stop();
}

void ServerTest::Start() {
  auto journal =
      journal::Journal::Open(env_, "/data", journal_options_, {telemetry_, dead_letters_});
  ASSERT_TRUE(journal.ok()) << journal.status().ToString();
  journal_ = std::move(*journal);
  normalise::Profile profile = ClimateProfile();
  profile.silent_after = silent_after_;
  auto normaliser = normalise::Normaliser::Create({std::move(profile)}, {});
  ASSERT_TRUE(normaliser.ok()) << normaliser.status().ToString();
  normaliser_ = std::move(*normaliser);
  StartIngest();
  const Server::Parts parts{scheduler(),     *journal_, *ingest_, *access_control_,
                            *authenticator_, clock_,    random_,  metrics_};
  server_ = std::make_unique<Server>(options_, parts);
  Listen();
}

void ServerTest::StartIngest() {
  access_control_ =
      std::make_unique<broker::AccessControl>(broker::AccessControl::WithDefaults(access_));
  auto ingest = ingest::Ingest::Create(ingest_options_, IngestParts());
  ASSERT_TRUE(ingest.ok()) << ingest.status().ToString();
  ingest_ = std::move(*ingest);
}

void ServerTest::Stop() {
  server_.reset();
  ingest_.reset();
}

void ServerTest::Restart() {
  clients_.clear();
  Stop();
  journal_.reset();
  Start();
}

TestClient& ServerTest::Open(Version version) {
  if (!server_) Start();
  TestClient& client = clients_.emplace_back(version);
  Arrive(client);
  return client;
}

void ServerTest::ArriveAs(const std::string& identity, TestClient& client) {
  auto pair = test::MemoryStream::Connect(&scheduler_, stream_limits_, {.address = "device"},
                                          {.address = "gateway"});
  client.Attach(std::move(pair.first));
  identity::EntryRules entry;
  entry.anonymous = identity;
  entry.password = takes_passwords_;
  server_->Accept(entry, std::move(pair.second));
}

void ServerTest::SendConnect(TestClient& client, const std::string& client_id,
                             const ClientOptions& options) {
  codec::Connect connect;
  connect.version = options.version;
  connect.client_id = client_id;
  connect.clean_start = options.clean_start;
  connect.keep_alive_seconds = options.keep_alive_seconds;
  connect.will = options.will;
  if (options.expiry_seconds != 0) {
    connect.properties.session_expiry_interval = options.expiry_seconds;
  }
  client.Send(connect);
}

TestClient& ServerTest::Connect(const std::string& client_id, const ClientOptions& options) {
  TestClient& client = Open(options.version);
  SendConnect(client, client_id, options);
  Until([&] { return client.packet_count() > 0; });
  EXPECT_EQ(client.Take().substr(0, 7), "CONNACK");
  return client;
}

bool ServerTest::Step() {
  if (scheduler_.RunOne()) return true;
  const auto next = scheduler_.NextDeadline();
  if (next) clock_.Advance(*next - clock_.Now());
  return next.has_value();
}

void ServerTest::Settle() { ASSERT_TRUE(scheduler_.RunReady()); }

void ServerTest::RunJournal() {
  clock_.Advance(std::chrono::seconds(1));
  test::RunUntilIdle(*journal_, clock_);
}

void ServerTest::Commit() {
  Settle();
  RunJournal();
  Settle();
}

void ServerTest::FillStream() {
  for (size_t bytes = 800; bytes > 0; bytes /= 2) {
    const std::string filler(bytes, 'f');
    while (stream().Append(AsBytes(filler)).verdict == journal::AppendVerdict::kStored)
      RunJournal();
  }
}

void ServerTest::MakeRoom() {
  journal::Cursor* const cursor = stream().cursor("cloud");
  cursor->Advance({.acknowledged = stream().committed_offset() - cursor->offset()});
  Commit();
}

void ServerTest::FillDirtyBuffer() {
  for (size_t bytes = 800; bytes > 0; bytes /= 2) {
    const std::string filler(bytes, 'f');
    while (stream().Append(AsBytes(filler)).verdict == journal::AppendVerdict::kStored) {
    }
  }
}

template <typename Visit>
void ServerTest::ForEachStored(std::string_view name, Visit visit) {
  schema::EventView view;
  std::optional<uint64_t> next;
  const auto reader = stream(name).NewReader(64 << 10, [&](const journal::ReadResult& result) {
    for (const journal::Record& record : result.records) {
      if (record.kind != journal::Record::Kind::kEvent || record.payload[0] == 'f') continue;
      ASSERT_TRUE(view.Parse(record.payload).ok());
      visit(view);
    }
    next = result.next_offset;
  });
  for (uint64_t from = stream(name).status().first_offset;; from = *next) {
    reader->Read(from);
    RunJournal();
    if (!next || *next == from) return;
  }
}

std::vector<std::string> ServerTest::StoredTypes() {
  std::vector<std::string> types;
  ForEachStored("telemetry", [&](const schema::EventView& event) {
    types.push_back(fmt::format("{} {}", event.type(), event.device()));
  });
  return types;
}

std::vector<std::string> ServerTest::Stored(std::string_view name) {
  std::vector<std::string> stored;
  ForEachStored(name, [&](const schema::EventView& event) {
    const schema::Value value = event.reading(0).value;
    std::string text;
    if (const double* number = std::get_if<double>(&value)) text = fmt::format("{}", *number);
    if (const ByteSpan* bytes = std::get_if<ByteSpan>(&value)) text = AsText(*bytes);
    stored.push_back(fmt::format("{} {}", event.topic(), text));
  });
  return stored;
}

std::vector<std::string> ServerTest::StoredAttributes(std::string_view name, std::string_view key) {
  std::vector<std::string> values;
  ForEachStored(name, [&](const schema::EventView& event) {
    for (size_t i = 0; i < event.attribute_count(); ++i) {
      if (event.attribute(i).key == key) values.emplace_back(event.attribute(i).value);
    }
  });
  return values;
}

std::vector<std::string> ServerTest::StoredTraceparents() {
  std::vector<std::string> values;
  ForEachStored("telemetry",
                [&](const schema::EventView& event) { values.emplace_back(event.traceparent()); });
  return values;
}

uint64_t ServerTest::Count(std::string_view metric, std::string_view labels) {
  return metrics_.AddCounter(metric, "", labels).value();
}

int64_t ServerTest::Gauge(std::string_view metric) {
  const std::string text = metrics_.PrometheusText();
  const size_t found = text.find(fmt::format("\n{} ", metric));
  EXPECT_NE(found, std::string::npos) << metric;
  return found == std::string::npos ? -1 : std::stoll(text.substr(found + metric.size() + 2));
}

void ServerTest::Shutdown(Duration patience) {
  server_->Shutdown(patience, [this] { shut_down_ = true; });
}

}  // namespace sluice::server
