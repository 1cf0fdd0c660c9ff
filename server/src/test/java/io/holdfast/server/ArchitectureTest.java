package io.holdfast.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
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
  static final ArchRule onlyStorage_seesRocksDb =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule onlyCluster_seesHazelcast =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.cluster..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..");

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
          .doNotHaveFullyQualifiedName("io.holdfast.storage.RocksDatabase")
          .and()
          // Hazelcast makes its clock itself, by name and without arguments.
          .doNotHaveFullyQualifiedName("io.holdfast.cluster.SteadyClock")
          .should()
          .accessTargetWhere(target("the time of day", NOW));

  @ArchTest
  static final ArchRule onlyTheApp_makesTheClock =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.holdfast.server.App")
          .should()
          .accessTargetWhere(target("a clock of the system", SYSTEM_CLOCK));

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

  /** By the full name of what is called or referred to, with its parameters' types. */
  private static DescribedPredicate<JavaAccess<?>> target(String description, Pattern fullName) {
    return DescribedPredicate.describe(
        description, access -> fullName.matcher(access.getTarget().getFullName()).matches());
  }
}
