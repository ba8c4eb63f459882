#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace sluice::broker {

class StateSink;

// Which retained messages have changed since they were handed over to be stored: each topic once,
// those first that have waited for longest, so that one that changes all the time keeps no other
// from its turn. Loop thread only.
//
// It holds no more than there is: a topic that was removed waits only if it may be stored, and what
// may be stored was a retained message once. So it is bounded by what is retained and what is
// stored, however long nothing can be written.
class RetainedChanges {
  using Topics = std::list<std::string>;

 public:
  // What is known of one retained message; kept with it.
  class Mark {
   public:
    bool waits() const { return waits_; }

   private:
    friend class RetainedChanges;
    bool waits_ = false;
    bool is_stored_ = false;  // or may be
    Topics::iterator place_;  // while it waits
  };

  // One at a time, not owned; without one nothing waits.
  void SetSink(StateSink* sink) { sink_ = sink; }
  bool has_sink() const { return sink_ != nullptr; }

  // The topic has a new message. `mark` is that of the message which it replaces, or a fresh one.
  void Changed(std::string_view topic, Mark* mark);
  // The topic has no message any more.
  void Removed(std::string_view topic, const Mark& mark);
  // The message comes from where it is stored.
  static void Restored(Mark* mark) { mark->is_stored_ = true; }
  // It is stored, and there is no such message.
  void OnlyStored(std::string_view topic);

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  // Takes out the topic that has waited for longest.
  std::string TakeFirst();
  // It was handed over.
  static void HandedOver(Mark* mark) {
    mark->waits_ = false;
    mark->is_stored_ = true;
  }

 private:
  void Wait(std::string_view topic, Mark* mark);

  StateSink* sink_ = nullptr;
  Topics waiting_;
  std::map<std::string_view, Topics::iterator> removed_;  // of those that wait
};

}  // namespace sluice::broker
