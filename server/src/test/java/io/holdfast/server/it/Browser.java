package io.holdfast.server.it;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium, looking at one server. An alert that opens fails the next thing it does. */
final class Browser implements AutoCloseable {
  private static final Dimension DESKTOP = new Dimension(1280, 1000);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ChromeDriver driver;
  private final ServerProcess server;

  private Browser(ServerProcess server, ChromeOptions options) {
    this.server = server;
    options.setBinary(Programs.require("chromium", "chromium"));
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(
                Path.of(Programs.require("chromedriver", "chromium-driver")).toFile())
            .usingAnyFreePort()
            .build();
    this.driver = new ChromeDriver(service, options);
    driver.manage().window().setSize(DESKTOP);
    driver.manage().timeouts().implicitlyWait(Duration.ZERO);
  }

  static Browser desktop(ServerProcess server) {
    return new Browser(server, new ChromeOptions());
  }

  static Browser withoutJavaScript(ServerProcess server) {
    ChromeOptions options = new ChromeOptions();
    options.setExperimentalOption(
        "prefs", Map.of("profile.managed_default_content_settings.javascript", 2));
    return new Browser(server, options);
  }

  /** 390 pixels wide, with touch. */
  static Browser phone(ServerProcess server) {
    ChromeOptions options = new ChromeOptions();
    Map<String, Object> metrics = Map.of("width", 390, "height", 844, "pixelRatio", 2.0);
    options.setExperimentalOption("mobileEmulation", Map.of("deviceMetrics", metrics));
    return new Browser(server, options);
  }

  /** Prefers dark or light colours from now on. */
  void prefer(String colours) {
    Map<String, String> feature = Map.of("name", "prefers-color-scheme", "value", colours);
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
  }

  void open(String path) {
    driver.get(server.uri(path).toString());
  }

  void openElsewhere(String address) {
    driver.get(address);
  }

  /** Path and query of where it is. */
  String path() {
    String address = String.valueOf(driver.getCurrentUrl());
    return address.substring(server.uri("").toString().length());
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> findAll(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  boolean has(String selector) {
    return !findAll(selector).isEmpty();
  }

  /** Text as it is shown. */
  String text(String selector) {
    return find(selector).getText();
  }

  /** What of these is in the list. */
  List<String> jobs() {
    return findAll(".groups .job").stream()
        .map(job -> String.valueOf(job.getDomProperty("textContent")))
        .toList();
  }

  void click(String selector) {
    find(selector).click();
  }

  /** Clicks what leads to another page, and waits until that is there: a click alone may not. */
  void follow(String selector) {
    WebElement page = find("html");
    click(selector);
    Awaitility.await("the page behind " + selector)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> isGone(page));
  }

  private static boolean isGone(WebElement element) {
    try {
      return element.getTagName().isEmpty();
    } catch (StaleElementReferenceException e) {
      return true;
    }
  }

  void type(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /**
   * Presses keys one after another, as a keyboard does: they go wherever the focus is at that
   * moment. {@link #type} looks up the focus before, and the page may have replaced the element.
   */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  void typeInto(String selector, String text) {
    WebElement field = find(selector);
    field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.BACK_SPACE);
    field.sendKeys(text);
  }

  /** What the script returns, which must not be null. */
  Object evaluate(String script) {
    return requireNonNull(driver.executeScript(script), script);
  }

  /** Waits until the page is as the assertion wants it. */
  void await(String what, ThrowingRunnable assertion) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .untilAsserted(assertion);
  }

  boolean hasHorizontalScroll() {
    return (Boolean)
        evaluate(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth");
  }

  /** What was complained about since the last time: violations of the policy, errors of scripts. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
