#include "scripted_uplink.h"

#include <utility>

namespace sluice::test {
namespace {

uint64_t OffsetOf(ByteSpan event) {
  schema::EventView view;
  SLUICE_CHECK(view.Parse(event).ok());
  return view.offset();
}

}  // namespace

void ScriptedUplink::Leave(State next) {
  state_ = next;
  for (Message& message : messages) message.open = false;
}

void ScriptedUplink::Connect() {
  ++connects;
  Leave(State::kConnecting);
}

void ScriptedUplink::Disconnect() {
  ++disconnects;
  Leave(State::kDisconnected);
}

void ScriptedUplink::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  if (state_ != State::kConnected) return;
  Message copy{token,
               std::string(message.topic),
               std::string(AsText(message.payload)),
               std::string(message.content_type),
               {},
               std::string(message.key)};
  for (const forward::UserProperty& p : message.properties) {
    copy.properties.emplace_back(p.name, p.value);
  }
  messages.push_back(std::move(copy));
}

void ScriptedUplink::Accept(const forward::UplinkLimits& limits) {
  if (state_ != State::kConnecting) return;
  state_ = State::kConnected;
  if (listener_ != nullptr) listener_->OnConnected(limits);
}

void ScriptedUplink::GiveUp() {
  if (state_ == State::kDisconnected) return;
  Leave(State::kDisconnected);
  if (listener_ != nullptr) listener_->OnGivenUp({"given up by the test"});
}

void ScriptedUplink::Drop(const forward::UplinkEnd& end) {
  if (state_ == State::kDisconnected) return;
  Leave(State::kDisconnected);
  if (listener_ != nullptr) listener_->OnDisconnected(end);
}

bool ScriptedUplink::Answers(size_t i) {
  return std::exchange(messages.at(i).open, false) && listener_ != nullptr;
}

void ScriptedUplink::Acknowledge(size_t i) {
  if (Answers(i)) listener_->OnAcknowledged(messages.at(i).token);
}

void ScriptedUplink::Refuse(size_t i, const forward::Refusal& refusal) {
  if (Answers(i)) listener_->OnRefused(messages.at(i).token, refusal);
}

std::vector<uint64_t> ScriptedUplink::Offsets(size_t i) const {
  const ByteSpan payload = AsBytes(messages.at(i).payload);
  if (!schema::BatchView::LooksLikeBatch(payload)) return {OffsetOf(payload)};
  schema::BatchView batch;
  SLUICE_CHECK(batch.Parse(payload).ok());
  std::vector<uint64_t> offsets;
  for (size_t e = 0; e < batch.size(); ++e) {
    const schema::BatchView::Entry entry = batch.entry(e);
    if (const auto* event = std::get_if<ByteSpan>(&entry)) offsets.push_back(OffsetOf(*event));
  }
  return offsets;
}

std::vector<schema::Gap> ScriptedUplink::Gaps(size_t i) const {
  schema::BatchView batch;
  if (!batch.Parse(AsBytes(messages.at(i).payload)).ok()) return {};
  std::vector<schema::Gap> gaps;
  for (size_t e = 0; e < batch.size(); ++e) {
    const schema::BatchView::Entry entry = batch.entry(e);
    if (const auto* gap = std::get_if<schema::Gap>(&entry)) gaps.push_back(*gap);
  }
  return gaps;
}

std::vector<uint64_t> ScriptedUplink::OffsetsFrom(size_t i) const {
  std::vector<uint64_t> all;
  for (; i < messages.size(); ++i) {
    for (const uint64_t offset : Offsets(i)) all.push_back(offset);
  }
  return all;
}

}  // namespace sluice::test
