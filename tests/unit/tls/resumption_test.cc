#include <gtest/gtest.h>

#include "engine_pair.h"

namespace sluice::tls {
namespace {

class ResumptionTest : public testing::Test {
 protected:
  // A whole handshake, one message (TLS 1.3 sends tickets after the handshake), and the ticket.
  std::unique_ptr<ResumptionTicket> FirstVisit() {
    EnginePair pair(server_, client_);
    if (!pair.ShakeHands()) return nullptr;
    EnginePair::Carry("x", pair.server, pair.client);
    return pair.client.engine->Ticket();
  }

  std::shared_ptr<Context> server_ = test::NewServer();
  std::shared_ptr<Context> client_ = test::NewClient();
};

TEST_F(ResumptionTest, TicketResumesWithTheSameIdentity) {
  const auto ticket = FirstVisit();
  ASSERT_TRUE(ticket);
  EnginePair pair(server_, client_, ticket.get());
  ASSERT_TRUE(pair.ShakeHands());
  // A ticket of TLS 1.3 would not say who comes.
  const bool resumes = pair.server.engine->version() == "TLSv1.2";
  EXPECT_EQ(pair.server.engine->resumed(), resumes);
  EXPECT_EQ(pair.client.engine->resumed(), resumes);
  ASSERT_TRUE(pair.server.engine->peer());
  EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
  EXPECT_EQ(EnginePair::Carry("hello again", pair.client, pair.server), "hello again");
}

TEST_F(ResumptionTest, TicketOfAnotherContextFallsBackToAWholeHandshake) {
  const auto ticket = FirstVisit();
  ASSERT_TRUE(ticket);
  EnginePair pair(test::NewServer(), client_, ticket.get());
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_FALSE(pair.server.engine->resumed());
  EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
}

TEST_F(ResumptionTest, NothingIsResumedWithTicketsOff) {
  ServerConfig config = test::PkiServer();
  config.ticket_lifetime = {};
  server_ = test::NewServer(config);
  const auto ticket = FirstVisit();
  EnginePair pair(server_, client_, ticket.get());
  ASSERT_TRUE(pair.ShakeHands());
  EXPECT_FALSE(pair.server.engine->resumed());
}

}  // namespace
}  // namespace sluice::tls
