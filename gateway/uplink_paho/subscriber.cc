#include "uplink_paho/subscriber.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

#include "base/mutex.h"
#include "uplink_paho/client.h"

namespace sluice::uplink_paho {
namespace {

constexpr int kQos = 1;
constexpr std::chrono::seconds kDisconnectTimeout{2};

Status ToStatus(std::string_view what, const Failure& failure) {
  const std::string message = fmt::format("{}: {}", what, failure.ToString());
  if (!failure.refused()) return Status::Unavailable(message);
  return {StatusCode::kPermissionDenied, message};
}

}  // namespace

class PahoSubscriber::Session {
 public:
  explicit Session(const PahoOptions& options) : client_(MakePahoClient(options)) {
    client_->set_connection_lost_handler([this](const std::string&) { End(); });
    client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode) { End(); });
    client_->set_message_callback([this](const mqtt::const_message_ptr& message) { Add(message); });
  }

  mqtt::async_client& client() { return *client_; }

  Outcome Next(std::chrono::milliseconds timeout, std::string* payload) {
    const MutexLock lock(mutex_);
    const MonotonicTime deadline = std::chrono::steady_clock::now() + timeout;
    while (!ended_ && queue_.empty() && changed_.WaitUntil(mutex_, deadline)) {
    }
    if (queue_.empty()) return ended_ ? Outcome::kDisconnected : Outcome::kNothing;
    *payload = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= payload->size();
    changed_.NotifyAll();
    return Outcome::kMessage;
  }
  void End() {
    const MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }

 private:
  // On Paho's thread, which waits while the queue is full.
  void Add(const mqtt::const_message_ptr& message) {
    const MutexLock lock(mutex_);
    while (!ended_ && queued_bytes_ >= kMaxQueuedBytes) changed_.Wait(mutex_);
    queue_.push_back(message->get_payload());
    queued_bytes_ += queue_.back().size();
    changed_.NotifyAll();
  }

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<std::string> queue_ SLUICE_GUARDED_BY(mutex_);
  size_t queued_bytes_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool ended_ SLUICE_GUARDED_BY(mutex_) = false;
  std::unique_ptr<mqtt::async_client> client_;  // last: gone before what its callbacks use
};

PahoSubscriber::PahoSubscriber(PahoOptions options, std::string filter)
    : options_(std::move(options)), filter_(std::move(filter)) {}

PahoSubscriber::~PahoSubscriber() { Disconnect(); }

Status PahoSubscriber::Connect() {
  previous_ = std::move(session_);
  try {
    session_ = std::make_unique<Session>(options_);
    const mqtt::token_ptr connecting = session_->client().connect(PahoConnectOptions(options_));
    if (!connecting->wait_for(options_.connect_timeout + kDisconnectTimeout)) {
      return Status::Unavailable("no answer to CONNECT");
    }
    const mqtt::token_ptr subscribing = session_->client().subscribe(filter_, kQos);
    if (!subscribing->wait_for(options_.connect_timeout)) {
      return Status::Unavailable("no answer to SUBSCRIBE");
    }
    const mqtt::subscribe_response response = subscribing->get_subscribe_response();
    for (const mqtt::ReasonCode code : response.get_reason_codes()) {
      const Failure failure{static_cast<uint8_t>(code), ""};
      if (failure.refused()) return ToStatus("cannot subscribe", failure);
    }
    return Status::Ok();
  } catch (const mqtt::exception& error) {
    return ToStatus("cannot connect", PahoFailure(error.get_return_code(), error.get_reason_code(),
                                                  options_.version));
  }
}

PahoSubscriber::Outcome PahoSubscriber::Next(std::chrono::milliseconds timeout,
                                             std::string* payload) {
  if (session_ == nullptr) return Outcome::kDisconnected;
  return session_->Next(timeout, payload);
}

void PahoSubscriber::Disconnect() {
  if (session_ == nullptr) return;
  DisconnectPaho(session_->client(), kDisconnectTimeout);
  session_->End();
}

}  // namespace sluice::uplink_paho
