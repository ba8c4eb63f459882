#include "support/mosquitto_broker.h"

#include <fstream>

#include "base/status.h"

namespace sluice::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/mosquitto";
constexpr int kAttempts = 5;

}  // namespace

bool MosquittoBroker::Available() { return BrokerProcess::Installed(kProgram); }

MosquittoBroker::MosquittoBroker(const std::string& extra) : extra_(extra) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    port_ = FreeLoopbackPort();
    if (Spawn()) return;
  }
  SLUICE_CHECK(!"mosquitto does not start");
}

void MosquittoBroker::Start() { SLUICE_CHECK(Spawn()); }

bool MosquittoBroker::Spawn() {
  const std::string config = process_.Write(
      "mosquitto.conf", "listener " + std::to_string(port_) +
                            " 127.0.0.1\npersistence false\nuser root\n" + extra_ + "\n");
  process_.Start({kProgram, "-c", config});
  return process_.WaitUntilListening(port_);
}

std::string MosquittoConfigOf(const UplinkRig::Terms& terms, const TemporaryDirectory& directory) {
  std::string config = terms.knows_us ? "allow_anonymous true\n" : "allow_anonymous false\n";
  if (terms.max_in_flight != 0) {
    config += "max_inflight_messages " + std::to_string(terms.max_in_flight) + "\n";
  }
  if (terms.max_message_bytes != 0) {
    config += "max_packet_size " + std::to_string(terms.max_message_bytes) + "\n";
  }
  if (!terms.refused_topic.empty()) {
    const std::string acl = directory.File("acl");
    std::ofstream(acl) << "user somebody\ntopic readwrite #\ntopic deny " << terms.refused_topic
                       << "\n";
    config += "acl_file " + acl + "\n";
  }
  return config;
}

}  // namespace sluice::test
