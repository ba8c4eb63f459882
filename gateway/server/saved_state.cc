#include "server/saved_state.h"

#include <array>
#include <utility>

#include "base/label.h"
#include "base/log.h"

namespace sluice::server {
namespace {

using Restored = broker::Broker::Restored;

constexpr std::array<const char*, 4> kOutcomes = {"restored", "expired", "no_room", "invalid"};

std::string TextOf(ByteSpan bytes) { return std::string(AsText(bytes)); }

}  // namespace

SavedState::SavedState(const SavedStateOptions& options, const Parts& parts)
    : options_(options), parts_(parts) {
  linger_ = parts_.scheduler.NewTimer([this] { WriteNext(); });
  parts_.metrics.AddCallback(
      "sluice_state_waiting_changes", "Changes of retained messages that are not written yet.", "",
      [&broker = parts_.broker] { return static_cast<double>(broker.retained_waiting()); });
  for (size_t i = 0; i < kOutcomes.size(); ++i) {
    read_[i] = &parts_.metrics.AddCounter("sluice_state_read_rows_total",
                                          "Stored retained messages read at the start.",
                                          Label("outcome", kOutcomes[i]));
  }
  parts_.broker.SetStateSink(this);
  Restore();
}

SavedState::~SavedState() {
  if (!closed_) parts_.broker.SetStateSink(nullptr);
}

void SavedState::Restore() {
  const bool begun = parts_.store.Restore([this](const state::RetainedRow& row) { Restore(row); });
  if (begun) parts_.broker.HandOverAllRetained();
  // Nothing may change for long, and what is wrong should not stay so until then.
  if (!parts_.store.was_opened()) Write({}, false);
  if (parts_.broker.has_retained_waiting()) WriteSoon();
  if (const size_t messages = parts_.broker.retained_messages(); messages > 0) {
    LogInfo("state: {} retained messages are back", messages);
  }
}

void SavedState::Restore(const state::RetainedRow& row) {
  const Restored outcome =
      parts_.broker.RestoreRetained(parts_.scheduler.Now(), Wall(),
                                    broker::RetainedRecord{.topic = row.topic,
                                                           .holder = row.holder,
                                                           .qos = static_cast<codec::Qos>(row.qos),
                                                           .received = row.received,
                                                           .properties = AsBytes(row.properties),
                                                           .payload = AsBytes(row.payload)});
  read_[static_cast<size_t>(outcome)]->Add();
}

std::optional<WallTime> SavedState::Wall() const {
  if (!parts_.trust.trusted()) return std::nullopt;
  return parts_.clock.WallNow();
}

void SavedState::WriteSoon() {
  if (closed_ || linger_.active() || !parts_.store.idle()) return;
  linger_.Start(options_.linger);
}

void SavedState::WriteNext() {
  if (!parts_.store.idle()) return;
  state::Batch batch = Collect();
  // What found no room has waited long enough; what comes meanwhile waits for its own linger.
  const bool goes_on = parts_.broker.has_retained_waiting();
  if (batch.empty() && !goes_on) return;
  Write(std::move(batch), goes_on);
}

void SavedState::Write(state::Batch batch, bool goes_on) {
  parts_.store.Write(std::move(batch), [this, goes_on](bool begun) {
    if (begun) parts_.broker.HandOverAllRetained();
    if (begun || goes_on) return WriteNext();
    if (parts_.broker.has_retained_waiting()) WriteSoon();
  });
}

state::Batch SavedState::Collect() {
  parts_.broker.HandOverRetained(parts_.scheduler.Now(), Wall());
  return std::exchange(batch_, {});
}

Status SavedState::Close() {
  if (std::exchange(closed_, true)) return Status::Ok();
  linger_.Stop();
  Status status = parts_.store.Close();
  while (status.ok() && parts_.broker.has_retained_waiting()) {
    bool begun = false;
    status = parts_.store.WriteNow(Collect(), &begun);
    if (begun) parts_.broker.HandOverAllRetained();
  }
  if (!status.ok()) {
    LogError("state: {} changes of retained messages are not saved: {}",
             parts_.broker.retained_waiting(), status.ToString());
  }
  parts_.broker.SetStateSink(nullptr);
  return status;
}

void SavedState::RetainedChanged(const broker::RetainedRecord& record) {
  batch_.Add({.topic = std::string(record.topic),
              .holder = std::string(record.holder),
              .qos = static_cast<uint8_t>(record.qos),
              .received = record.received,
              .properties = TextOf(record.properties),
              .payload = TextOf(record.payload)});
}

void SavedState::RetainedRemoved(std::string_view topic) {
  batch_.Add({.removed = true, .topic = std::string(topic)});
}

}  // namespace sluice::server
