#include "sim/case_file.h"

#include <algorithm>
#include <utility>

namespace sluice::sim {

CaseFile::CaseFile(Scene& scene, std::function<bool(Token)> is_durable,
                   std::function<bool(uint64_t letter)> is_replay_durable)
    : scene_(scene),
      is_durable_(std::move(is_durable)),
      is_replay_durable_(std::move(is_replay_durable)) {
  for (const Plan::Stream& stream : scene.plan.streams) {
    books_.emplace_back(scene.plan, stream, false);
  }
  const Plan::Stream letters{
      .name = "dead-letters", .durability = "commit", .on_full = "drop_oldest"};
  books_.emplace_back(scene.plan, letters, true);
}

Reading* CaseFile::Find(Token token) {
  if (token >= readings_.size() || readings_[token].message == nullptr) return nullptr;
  return &readings_[token];
}

void CaseFile::Remember(const SentMessage& message) {
  for (uint32_t i = 0; i < message.tokens.size(); ++i) {
    const Token token = message.tokens[i];
    if (token >= readings_.size()) {
      readings_.resize(std::max<size_t>(2 * readings_.size(), token + 1));
    }
    readings_[token].message = &message;
    readings_[token].index = i;
  }
}

void CaseFile::Place(Token token, Reading& reading, const StreamBook& book, uint64_t offset) {
  if (reading.accepted++ > 0) earlier_[token].push_back(reading.offset);
  reading.stream = static_cast<uint16_t>(&book - books_.data());
  reading.offset = offset;
}

bool CaseFile::HasPlaceBelow(Token token, StreamBook& book, uint64_t end) {
  const auto is_there = [&](uint64_t offset) {
    return offset < end && offset < book.end() && book.at(offset).token == token;
  };
  if (is_there(readings_[token].offset)) return true;
  const auto earlier = earlier_.find(token);
  return earlier != earlier_.end() &&
         std::any_of(earlier->second.begin(), earlier->second.end(), is_there);
}

bool CaseFile::IsDurable(Token token, Reading& reading) {
  if (!reading.was_durable) reading.was_durable = is_durable_(token);
  return reading.was_durable;
}

StreamBook* CaseFile::BookOf(std::string_view stream) {
  for (StreamBook& book : books_) {
    if (book.name() == stream) return &book;
  }
  return nullptr;
}

bool CaseFile::may_be_damaged() const {
  const Plan& plan = scene_.plan;
  return plan.has(Trouble::kRot) || plan.has(Trouble::kBadPages) || plan.has(Trouble::kReadErrors);
}

bool CaseFile::may_lose_end() const {
  const Plan& plan = scene_.plan;
  return plan.has(Trouble::kBadPages) || plan.has(Trouble::kReadErrors) ||
         (plan.has(Trouble::kRot) && plan.rots_slots);
}

}  // namespace sluice::sim
