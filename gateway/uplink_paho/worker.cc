#include "uplink_paho/worker.h"

#include <utility>

#include "uplink_paho/session.h"

namespace sluice::uplink_paho {

PahoWorker::PahoWorker(PahoOptions options, std::shared_ptr<PahoMailbox> mailbox)
    : options_(std::move(options)), mailbox_(std::move(mailbox)), thread_([this] { Run(); }) {}

PahoWorker::~PahoWorker() {
  Add({.kind = Command::Kind::kQuit});
  thread_.join();
}

void PahoWorker::Add(Command command) {
  {
    const MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  wake_.NotifyOne();
}

PahoWorker::Command PahoWorker::Take() {
  const MutexLock lock(mutex_);
  while (commands_.empty()) wake_.Wait(mutex_);
  Command command = std::move(commands_.front());
  commands_.pop_front();
  return command;
}

void PahoWorker::Run() {
  for (;;) {
    const Command command = Take();
    switch (command.kind) {
      case Command::Kind::kConnect:
        Connect(command.attempt);
        break;
      case Command::Kind::kAttemptOver:
        OnAttemptOver(command.attempt);
        break;
      case Command::Kind::kPublish:
        Publish(command);
        break;
      case Command::Kind::kDisconnect:
        Disconnect();
        break;
      case Command::Kind::kQuit:
        Disconnect();
        previous_.reset();
        return;
    }
  }
}

void PahoWorker::Connect(uint32_t attempt) {
  Disconnect();
  next_attempt_ = attempt;
  if (!open_attempt_ || AttemptIsStuck()) BeginAttempt();
}

// Paho has a limit of its own, but nothing here depends on that it keeps it.
bool PahoWorker::AttemptIsStuck() const {
  return SystemClock().Now() - attempt_began_ > 3 * options_.connect_timeout;
}

void PahoWorker::BeginAttempt() {
  const uint32_t attempt = *std::exchange(next_attempt_, std::nullopt);
  open_attempt_ = attempt;
  attempt_began_ = SystemClock().Now();
  session_ = std::make_unique<PahoSession>(options_, attempt, mailbox_, [this, attempt] {
    Add({.kind = Command::Kind::kAttemptOver, .attempt = attempt});
  });
  session_->Connect();
}

void PahoWorker::OnAttemptOver(uint32_t attempt) {
  if (attempt != open_attempt_) return;
  open_attempt_.reset();
  const bool given_up = session_ == nullptr && previous_ != nullptr;
  if (given_up) previous_->Disconnect();
  if (next_attempt_) BeginAttempt();
}

void PahoWorker::Publish(const Command& command) {
  const bool current = session_ != nullptr && session_->attempt() == command.attempt;
  if (current) session_->Publish(command.token, command.message);
}

void PahoWorker::Disconnect() {
  next_attempt_.reset();
  if (session_ == nullptr) return;
  session_->Disconnect();
  previous_ = std::exchange(session_, nullptr);
}

}  // namespace sluice::uplink_paho
