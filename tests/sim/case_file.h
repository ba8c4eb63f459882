#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/scene.h"
#include "sim/stream_book.h"
#include "sim/witness.h"

namespace sluice::sim {

// What the judges know of one reading.
struct Reading {
  const SentMessage* message = nullptr;
  uint32_t index = 0;         // among those of the message
  uint32_t accepted = 0;      // how often: a message that is sent again may become events again
  uint16_t stream = 0;        // where it was accepted last, see CaseFile::books
  bool acknowledged = false;  // its publisher was told that it is safe
  bool was_durable = false;   // seen to be, at some moment
  uint64_t offset = 0;
  uint32_t session = 0;  // of its client when it was accepted last, see OrderJudge
  bool is_cut = false;   // a letter may hold its message without it, for want of room

  const std::string& device() const { return message->devices[index]; }
};

// What has become known, for all judges of one history. One thread.
class CaseFile {
 public:
  // The disk's account of what is, or has been, synced: a reading, and an event that says it is a
  // replay of a letter.
  CaseFile(Scene& scene, std::function<bool(Token)> is_durable,
           std::function<bool(uint64_t letter)> is_replay_durable);

  Scene& scene() { return scene_; }
  template <typename... Args>
  void Broken(int invariant, fmt::format_string<Args...> text, Args&&... args) {
    scene_.verdict.Broken(invariant, fmt::format(text, std::forward<Args>(args)...));
  }

  // Of whatever was sent; null: nobody sent such a reading.
  Reading* Find(Token token);
  void Remember(const SentMessage& message);

  // It was accepted and has this offset of `book`.
  void Place(Token token, Reading& reading, const StreamBook& book, uint64_t offset);
  // One of the offsets that it has been given in `book` is below `end` and still its own.
  bool HasPlaceBelow(Token token, StreamBook& book, uint64_t end);

  // Safe on the disk, now or at an earlier moment.
  bool IsDurable(Token token, Reading& reading);
  bool IsReplayDurable(uint64_t letter) const { return is_replay_durable_(letter); }

  std::vector<StreamBook>& books() { return books_; }
  StreamBook* BookOf(std::string_view stream);  // null: there is no such stream

  // Troubles of this history by which what is synced can be lost.
  bool may_be_damaged() const;
  // Where a segment cannot be opened or cut, its torn tail stays for this start: what lies behind
  // it, of which nobody was told, looks like what damage has left.
  bool may_keep_torn_tail() const {
    return scene_.plan.has(Trouble::kOpenErrors) || scene_.plan.has(Trouble::kWriteErrors);
  }
  // Or by which it may not be known any more where a stream ended.
  bool may_lose_end() const;

 private:
  Scene& scene_;
  const std::function<bool(Token)> is_durable_;
  const std::function<bool(uint64_t)> is_replay_durable_;
  std::vector<Reading> readings_;  // by token
  // Where it was accepted before the last time.
  std::unordered_map<Token, std::vector<uint64_t>> earlier_;
  std::vector<StreamBook> books_;  // as planned, dead letters last
};

}  // namespace sluice::sim
