package io.holdfast.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.holdfast.cluster.ClusterNode;
import io.holdfast.cluster.replication.ClusterClock;
import io.holdfast.cluster.replication.ClusterCounters;
import io.holdfast.cluster.replication.ClusterStatus;
import io.holdfast.cluster.replication.ReplicaOptions;
import io.holdfast.cluster.transport.Discovery;
import io.holdfast.cluster.transport.HostPort;
import io.holdfast.cluster.transport.Peer;
import io.holdfast.cluster.transport.Transport;
import java.util.regex.Pattern;

/** The arrow and the walls. Changing a rule here is a design decision. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final Pattern NOW =
      Pattern.compile(
          "java\\.time\\..*\\.now\\((java\\.time\\.ZoneId)?\\)"
              + "|java\\.lang\\.System\\.currentTimeMillis\\(\\)"
              + "|java\\.util\\.Date\\.<init>\\(\\)");

  private static final Pattern SYSTEM_CLOCK =
      Pattern.compile("java\\.time\\.(Clock|InstantSource)\\.(system|tick(Millis|Sec|Min)).*");

  private static final Pattern NANO_TIME = Pattern.compile("java\\.lang\\.System\\.nanoTime\\(\\)");

  private static final Pattern RANDOM =
      Pattern.compile(
          "java\\.lang\\.Math\\.random\\(\\)"
              + "|java\\.util\\.(Splittable)?Random\\.<init>\\(\\)"
              + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\.current\\(\\)"
              + "|java\\.util\\.random\\.RandomGenerator\\.getDefault\\(\\)");

  @ArchTest
  static final ArchRule modules_dependAlongTheArrow =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("proto")
          .definedBy("io.holdfast.proto..")
          .layer("storage")
          .definedBy("io.holdfast.storage..")
          .layer("cluster")
          .definedBy("io.holdfast.cluster..")
          .layer("server")
          .definedBy("io.holdfast.server..")
          .whereLayer("server")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("cluster")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("cluster", "server");

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("io.holdfast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheDiskRoom_seesRocksDb =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.storage.disk")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule onlyStorage_usesTheDiskRoom =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.holdfast.storage", "io.holdfast.storage.disk")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.holdfast.storage.disk");

  @ArchTest
  static final ArchRule onlyClusterHazelcast_seesHazelcast =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.cluster.hazelcast..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..");

  @ArchTest
  static final ArchRule clusterRooms_dependDownwards =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cluster")
          .definedBy("io.holdfast.cluster")
          .layer("replication")
          .definedBy("io.holdfast.cluster.replication..")
          .layer("hazelcast")
          .definedBy("io.holdfast.cluster.hazelcast..")
          .layer("transport")
          .definedBy("io.holdfast.cluster.transport..")
          .whereLayer("replication")
          .mayOnlyBeAccessedByLayers("cluster")
          .whereLayer("hazelcast")
          .mayOnlyBeAccessedByLayers("cluster")
          .whereLayer("transport")
          .mayOnlyBeAccessedByLayers("cluster", "replication", "hazelcast");

  @ArchTest
  static final ArchRule clusterReplication_seesNoCrypto =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.cluster.replication..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.security..", "javax.crypto..");

  /** The rest of that room decides which peers are let through. */
  @ArchTest
  static final ArchRule clusterReplication_seesOnlyTheContractOfTransport =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.cluster.replication..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.holdfast.cluster.transport..")
                  .and(not(belongToAnyOf(Transport.class, Peer.class))));

  /** What the server needs of the rooms behind {@link ClusterNode}: options, status, clock. */
  @ArchTest
  static final ArchRule server_entersTheClusterByItsNode =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.server..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.holdfast.cluster.*..")
                  .and(
                      not(
                          belongToAnyOf(
                              ClusterClock.class,
                              ClusterCounters.class,
                              ClusterStatus.class,
                              ReplicaOptions.class,
                              Discovery.class,
                              HostPort.class))));

  /** From the ground floor up; the root, which wires the rooms, is above all of them. */
  @ArchTest
  static final ArchRule serverRooms_dependDownwards =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("root")
          .definedBy("io.holdfast.server")
          .layer("gocompat")
          .definedBy("io.holdfast.server.gocompat..")
          .layer("lifecycle")
          .definedBy("io.holdfast.server.lifecycle..")
          .layer("access")
          .definedBy("io.holdfast.server.access..")
          .layer("tls")
          .definedBy("io.holdfast.server.tls..")
          .layer("migration")
          .definedBy("io.holdfast.server.migration..")
          .layer("logging")
          .definedBy("io.holdfast.server.logging..")
          .layer("config")
          .definedBy("io.holdfast.server.config..")
          .layer("routing")
          .definedBy("io.holdfast.server.routing..")
          .layer("http")
          .definedBy("io.holdfast.server.http..")
          .layer("browsers")
          .definedBy("io.holdfast.server.browsers..")
          .layer("metrics")
          .definedBy("io.holdfast.server.metrics..")
          .layer("webconfig")
          .definedBy("io.holdfast.server.webconfig..")
          .layer("push")
          .definedBy("io.holdfast.server.push..")
          .layer("scrape")
          .definedBy("io.holdfast.server.scrape..")
          .layer("selector")
          .definedBy("io.holdfast.server.selector..")
          .layer("api")
          .definedBy("io.holdfast.server.api..")
          .layer("backup")
          .definedBy("io.holdfast.server.backup..")
          .layer("page")
          .definedBy("io.holdfast.server.page..")
          .layer("ctl")
          .definedBy("io.holdfast.server.ctl..")
          .whereLayer("root")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("ctl")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("ctl")
          .mayOnlyAccessLayers(
              "config", "gocompat", "lifecycle", "migration", "page", "push", "selector", "tls")
          .whereLayer("gocompat")
          .mayNotAccessAnyLayer()
          .whereLayer("lifecycle")
          .mayNotAccessAnyLayer()
          .whereLayer("access")
          .mayNotAccessAnyLayer()
          .whereLayer("tls")
          .mayNotAccessAnyLayer()
          .whereLayer("migration")
          .mayNotAccessAnyLayer()
          .whereLayer("logging")
          .mayOnlyAccessLayers("gocompat")
          .whereLayer("config")
          .mayOnlyAccessLayers("gocompat", "lifecycle", "logging")
          .whereLayer("routing")
          .mayOnlyAccessLayers("config", "gocompat")
          .whereLayer("http")
          .mayOnlyAccessLayers("config", "lifecycle", "tls", "logging")
          .whereLayer("browsers")
          .mayOnlyAccessLayers("config", "http")
          .whereLayer("metrics")
          .mayOnlyAccessLayers("browsers", "config")
          .whereLayer("webconfig")
          .mayOnlyAccessLayers(
              "access", "config", "gocompat", "http", "lifecycle", "metrics", "tls")
          .whereLayer("push")
          .mayOnlyAccessLayers("config", "gocompat", "http", "logging", "metrics", "routing")
          .whereLayer("scrape")
          .mayOnlyAccessLayers("config", "http", "metrics")
          .whereLayer("selector")
          .mayNotAccessAnyLayer()
          .whereLayer("api")
          .mayOnlyAccessLayers(
              "browsers", "config", "gocompat", "http", "lifecycle", "metrics", "selector")
          .whereLayer("backup")
          .mayOnlyAccessLayers("config", "gocompat", "http", "lifecycle", "metrics")
          .whereLayer("page")
          .mayOnlyAccessLayers(
              "browsers", "config", "gocompat", "http", "lifecycle", "metrics", "routing");

  /** What they decide needs no server: each can be tested with plain values. */
  @ArchTest
  static final ArchRule roomsWithoutHttp_seeNoJetty =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.holdfast.server.access..",
              "io.holdfast.server.config..",
              "io.holdfast.server.gocompat..",
              "io.holdfast.server.lifecycle..",
              "io.holdfast.server.logging..",
              "io.holdfast.server.metrics..",
              "io.holdfast.server.migration..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.eclipse.jetty..");

  @ArchTest
  static final ArchRule onlyItsHandler_bringsJettyToThePage =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.server.page..")
          .and()
          .haveSimpleNameNotStartingWith("PageHandler")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.eclipse.jetty..");

  @ArchTest
  static final ArchRule onlyCommandLines_seePicocli =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.holdfast.server.config..", "io.holdfast.server.ctl..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  /** The tool is a client: it starts quickly and brings no server into its process. */
  @ArchTest
  static final ArchRule tool_seesNoServer =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.server.ctl..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.eclipse.jetty..", "io.prometheus..", "io.holdfast.cluster..");

  @ArchTest static final ArchRule onlyLogging_seesLogback = onlyRoom("logging", "ch.qos.logback..");

  @ArchTest static final ArchRule onlyWebConfig_seesYaml = onlyRoom("webconfig", "org.snakeyaml..");

  @ArchTest
  static final ArchRule onlyMetrics_seesThePrometheusClient =
      onlyRoom("metrics", "io.prometheus.metrics..");

  @ArchTest static final ArchRule onlyAccess_seesBcrypt = onlyRoom("access", "at.favre..");

  @ArchTest
  static final ArchRule onlyServer_seesHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.eclipse.jetty..",
              "picocli..",
              "io.prometheus..",
              "org.snakeyaml..",
              "at.favre..");

  /** The time of day, that is; durations may use {@code System.nanoTime()}. */
  @ArchTest
  static final ArchRule time_isInjected =
      noClasses()
          .that()
          // Its only use of the time is in the name of a file for people to look at.
          .doNotHaveFullyQualifiedName("io.holdfast.storage.disk.RocksDatabase")
          .and()
          // Hazelcast makes its clock itself, by name and without arguments.
          .doNotHaveFullyQualifiedName("io.holdfast.cluster.hazelcast.SteadyClock")
          .should()
          .accessTargetWhere(target("the time of day", NOW));

  @ArchTest
  static final ArchRule onlyTheApp_makesTheClock =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.holdfast.server.App")
          .and()
          .doNotHaveFullyQualifiedName("io.holdfast.server.ctl.Main")
          .should()
          .accessTargetWhere(target("a clock of the system", SYSTEM_CLOCK));

  /** Hazelcast makes a SteadyClock by itself, and logging begins before everything else. */
  @ArchTest
  static final ArchRule onlyTheWiring_measuresTime =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.holdfast.server.App")
          .and()
          .doNotHaveFullyQualifiedName("io.holdfast.server.ctl.Main")
          .and()
          .doNotHaveFullyQualifiedName("io.holdfast.server.logging.Logging")
          .and()
          .doNotHaveFullyQualifiedName("io.holdfast.cluster.ClusterNode")
          .and()
          .doNotHaveFullyQualifiedName("io.holdfast.cluster.hazelcast.SteadyClock")
          .should()
          .accessTargetWhere(target("the time that never goes back", NANO_TIME));

  @ArchTest
  static final ArchRule randomness_isInjected =
      noClasses().should().accessTargetWhere(target("unseeded randomness", RANDOM));

  @ArchTest
  static final ArchRule onlyTheShutdownDrain_sleeps =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.holdfast.server.App")
          .should()
          .callMethod(Thread.class, "sleep", long.class);

  private static ArchRule onlyRoom(String room, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage("io.holdfast.server." + room + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  /** By the full name of what is called or referred to, with its parameters' types. */
  private static DescribedPredicate<JavaAccess<?>> target(String description, Pattern fullName) {
    return DescribedPredicate.describe(
        description, access -> fullName.matcher(access.getTarget().getFullName()).matches());
  }
}
