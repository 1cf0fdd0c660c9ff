package io.holdfast.cluster.transport;

/** The network for tests keeps the same promises as the real one. */
class LoopbackNetworkTest extends TransportContract {
  private final LoopbackNetwork network = new LoopbackNetwork();

  @Override
  protected Transport transport(int number) {
    return network.join("process-" + number);
  }
}
