#include "broker/retained_changes.h"

#include <iterator>
#include <utility>

#include "broker/state_sink.h"

namespace sluice::broker {

void RetainedChanges::Changed(std::string_view topic, Mark* mark) {
  if (sink_ == nullptr) return;
  if (const auto removed = removed_.find(topic); removed != removed_.end()) {
    mark->place_ = removed->second;
    mark->waits_ = mark->is_stored_ = true;
    removed_.erase(removed);
  }
  if (!mark->waits_) Wait(topic, mark);
  sink_->OnRetainedWaits();
}

void RetainedChanges::Removed(std::string_view topic, const Mark& mark) {
  if (sink_ == nullptr) return;
  Mark last = mark;
  if (!last.is_stored_) {
    if (last.waits_) waiting_.erase(last.place_);
    return;
  }
  if (!last.waits_) Wait(topic, &last);
  removed_.emplace(*last.place_, last.place_);
  sink_->OnRetainedWaits();
}

void RetainedChanges::OnlyStored(std::string_view topic) {
  if (removed_.contains(topic)) return;
  Mark mark;
  mark.is_stored_ = true;
  Removed(topic, mark);
}

std::string RetainedChanges::TakeFirst() {
  removed_.erase(waiting_.front());
  std::string topic = std::move(waiting_.front());
  waiting_.pop_front();
  return topic;
}

void RetainedChanges::Wait(std::string_view topic, Mark* mark) {
  mark->place_ = waiting_.emplace(waiting_.end(), topic);
  mark->waits_ = true;
}

}  // namespace sluice::broker
