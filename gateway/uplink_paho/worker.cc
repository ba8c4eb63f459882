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
  session_ = std::make_unique<PahoSession>(options_, attempt, mailbox_);
  session_->Connect();
}

void PahoWorker::Publish(const Command& command) {
  const bool current = session_ != nullptr && session_->attempt() == command.attempt;
  if (current) session_->Publish(command.token, command.message);
}

void PahoWorker::Disconnect() {
  if (session_ != nullptr) session_->Disconnect();
  previous_ = std::move(session_);
}

}  // namespace sluice::uplink_paho
