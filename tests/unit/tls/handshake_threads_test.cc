#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine_pair.h"
#include "tls/engine.h"

namespace sluice::tls {
namespace {

TEST(HandshakeThreadsTest, StepRunsOnAnotherThread) {
  EnginePair pair;
  HandshakeStep step;
  step.engine = std::move(pair.server.engine);
  while (step.result == Engine::HandshakeResult::kNeedMore) {
    EnginePair::End from_step{nullptr, std::move(step.output), {}};
    EnginePair::Step(from_step, pair.client);
    step.input.Append(pair.client.output.view());
    pair.client.output.Clear();
    step.output.Clear();
    std::thread([&step] { step.Run(); }).join();
  }
  ASSERT_EQ(step.result, Engine::HandshakeResult::kDone);
  EXPECT_EQ(step.engine->peer()->name, "alpha");
  EXPECT_TRUE(step.input.empty());
}

TEST(HandshakeThreadsTest, OneContextServesSeveralThreadsAtOnce) {
  const auto server = test::NewServer();
  const auto client = test::NewClient();
  std::vector<int> done(4);
  std::vector<std::thread> threads;
  for (int& count : done) {
    threads.emplace_back([&server, &client, &count] {
      for (int i = 0; i < 5; ++i) {
        EnginePair pair(server, client);
        if (pair.ShakeHands()) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : done) EXPECT_EQ(count, 5);
}

}  // namespace
}  // namespace sluice::tls
