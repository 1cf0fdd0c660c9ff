package io.holdfast.cluster;

import io.holdfast.cluster.hazelcast.HazelcastTransport;
import io.holdfast.cluster.replication.ClusterClock;
import io.holdfast.cluster.replication.ClusterCounters;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.LocalNode;
import io.holdfast.cluster.replication.Replica;
import io.holdfast.cluster.replication.ReplicatedGroupStore;
import io.holdfast.cluster.replication.ThreadEventLoop;
import io.holdfast.cluster.transport.AuthenticatedTransport;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReplicatedStore;
import java.util.concurrent.Executor;

/**
 * This process as a node of a cluster, with its replicated store.
 *
 * <pre>
 * start:  event loop, replica, transport (does not wait for the other nodes)
 * close:  answer the waiting clients, leave the cluster, end the loop, close the store
 * </pre>
 *
 * <p>If the disk fails, or a write quorum cannot be reached, changes are refused with a reason.
 * Nothing ends the node but {@link #close}.
 *
 * <p>Concurrency: for any thread.
 */
public final class ClusterNode implements AutoCloseable {
  private final ThreadEventLoop loop;
  private final AuthenticatedTransport transport;
  private final Replica replica;
  private final ReplicatedGroupStore groups;

  private ClusterNode(
      LocalNode node,
      ThreadEventLoop loop,
      AuthenticatedTransport transport,
      Executor callbackExecutor) {
    this.loop = loop;
    this.transport = transport;
    this.replica = new Replica(node, transport, callbackExecutor);
    this.groups = new ReplicatedGroupStore(node.store(), replica);
    node.store().replicateTo(replica);
    replica.start();
  }

  /**
   * Starts a node of a cluster, and returns at once. {@link GroupStore#unready} tells why the node
   * is not ready yet.
   *
   * @param callbackExecutor completes the futures for which clients wait, many in one task
   * @param store opened as replicated, with this clock for its versions; closed with this node
   */
  public static ClusterNode start(
      ClusterOptions options,
      ReplicatedStore store,
      ClusterClock clock,
      ClusterCounters counters,
      Executor callbackExecutor) {
    ThreadEventLoop loop =
        new ThreadEventLoop(System::nanoTime, MachineClock.name(MachineClock.BOOT_ID));
    return new ClusterNode(
        new LocalNode(options.replica(), store, loop, clock, counters),
        loop,
        AuthenticatedTransport.over(
            options.discovery(), System::nanoTime, HazelcastTransport.with(System::nanoTime)),
        callbackExecutor);
  }

  /**
   * Turns off the JVM's cache of names, so that this node follows names that move. The call has an
   * effect only before the first look-up of the process.
   */
  public static void followNames() {
    HazelcastTransport.followNames();
  }

  /** Returns the groups of the whole cluster. */
  public GroupStore groups() {
    return groups;
  }

  /** Returns the cluster as this node sees it, at most a tenth of a second old. Never blocks. */
  public ClusterStatus status() {
    return replica.status();
  }

  /**
   * Returns the number of messages and connections that did not come from a node with the secret.
   * The number never falls.
   */
  public long refusedMessages() {
    return transport.refusedMessages();
  }

  /** Leaves the cluster and closes the store. A second call does nothing. */
  @Override
  public void close() {
    replica.stop();
    transport.close();
    loop.close();
    groups.close();
  }
}
