package io.holdfast.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrow and the walls. Changing a rule here is a design decision. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

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
          .resideInAnyPackage("org.eclipse.jetty..", "picocli..", "io.prometheus..");

  @ArchTest
  static final ArchRule time_isInjected =
      noClasses().should().callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule onlyTheShutdownDrain_sleeps =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.holdfast.server.App")
          .should()
          .callMethod(Thread.class, "sleep", long.class);
}
