package io.holdfast.cluster;

import io.holdfast.cluster.hazelcast.HazelcastTransport;
import io.holdfast.cluster.replication.ClusterClock;
import io.holdfast.cluster.replication.ClusterCounters;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.Replica;
import io.holdfast.cluster.replication.ReplicatedGroupStore;
import io.holdfast.cluster.replication.ThreadEventLoop;
import io.holdfast.cluster.transport.AuthenticatedTransport;
import io.holdfast.storage.GroupStore;
import io.holdfast.storage.ReplicatedStore;
import java.util.concurrent.Executor;

/**
 * This process as a node of a cluster: its store, replicated.
 *
 * <pre>
 * start:  event loop, replica, transport (does not wait for the other nodes)
 * close:  tell who waits, leave the cluster, end the loop, close the store
 * </pre>
 */
public final class ClusterNode implements AutoCloseable {
  private final ThreadEventLoop loop = new ThreadEventLoop(System::nanoTime);
  private final AuthenticatedTransport transport;
  private final Replica replica;
  private final ReplicatedGroupStore groups;

  private ClusterNode(
      ClusterOptions options,
      ReplicatedStore store,
      AuthenticatedTransport transport,
      ClusterClock clock,
      Replica.Surroundings surroundings) {
    this.transport = transport;
    this.replica = new Replica(options.replica(), store, transport, loop, clock, surroundings);
    this.groups = new ReplicatedGroupStore(store, replica);
    store.replicateTo(replica);
    replica.start();
  }

  /**
   * Takes part in a cluster from now on, and returns at once: {@link GroupStore#unready} says what
   * is still lacking.
   *
   * @param callbackExecutor completes what clients wait for, many in one task
   * @param store opened as replicated, with this clock for its versions; closed with this node
   */
  public static ClusterNode start(
      ClusterOptions options,
      ReplicatedStore store,
      ClusterClock clock,
      ClusterCounters counters,
      Executor callbackExecutor) {
    return new ClusterNode(
        options,
        store,
        AuthenticatedTransport.over(options.discovery(), System::nanoTime, HazelcastTransport::new),
        clock,
        new Replica.Surroundings(counters, callbackExecutor));
  }

  /**
   * Turns off the JVM's cache of names, so that nodes are followed when their names move. Takes
   * effect before the first look-up of the process alone.
   */
  public static void followNames() {
    HazelcastTransport.followNames();
  }

  /** The groups of the whole cluster. */
  public GroupStore groups() {
    return groups;
  }

  /** The cluster as this node sees it, at most a tenth of a second old. Never blocks. */
  public ClusterStatus status() {
    return replica.status();
  }

  /** Messages and connections that were not those of a node with the secret; only ever more. */
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
