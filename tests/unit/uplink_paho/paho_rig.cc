#include "paho_rig.h"

#include <fstream>

#include "base/status.h"

namespace sluice::test {

PahoRig::PahoRig(codec::Version version) { options_.version = version; }

std::string PahoRig::BrokerConfig(const Terms& terms) const {
  std::string config = terms.knows_us ? "allow_anonymous true\n" : "allow_anonymous false\n";
  if (terms.max_in_flight != 0) {
    config += "max_inflight_messages " + std::to_string(terms.max_in_flight) + "\n";
  }
  if (terms.max_message_bytes != 0) {
    config += "max_packet_size " + std::to_string(terms.max_message_bytes) + "\n";
  }
  if (!terms.refused_topic.empty()) {
    const std::string acl = directory_.File("acl");
    std::ofstream(acl) << "user somebody\ntopic readwrite #\ntopic deny " << terms.refused_topic
                       << "\n";
    config += "acl_file " + acl + "\n";
  }
  return config;
}

void PahoRig::StartUpstream(const Terms& terms) {
  broker_ = std::make_unique<MosquittoBroker>(BrokerConfig(terms));
  options_.url = *forward::ParseUplinkUrl(broker_->url(), uplink_paho::kSchemes);
  options_.client_id = "uplink";
  options_.username = "somebody";
  options_.password = "wrong";
  uplink_.emplace(options_, executor_);
}

void PahoRig::Listen() {
  uplink_paho::PahoOptions options = options_;
  options.client_id = "subscriber";
  subscriber_.emplace(options, "#");
  SLUICE_CHECK(subscriber_->Connect().ok());
}

std::vector<std::string> PahoRig::Received(size_t count) {
  std::vector<std::string> payloads;
  std::string payload;
  while (payloads.size() < count && subscriber_->Next(WaitingExecutor::kLimit, &payload) ==
                                        uplink_paho::PahoSubscriber::Outcome::kMessage) {
    payloads.push_back(payload);
  }
  return payloads;
}

}  // namespace sluice::test
