package io.holdfast.server.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many pushes of one large body to one group, each on a connection of its own and all begun before
 * the first ends. The body is in memory once.
 */
final class Burst {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int PIECE_BYTES = 64 << 10;

  private final int port;
  private final byte[] body;

  Burst(int port, byte[] body) {
    this.port = port;
    this.body = body;
  }

  /** The head of each answer, or what came instead of one. */
  List<String> push(String target, int pushes) throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(pushes);
    try {
      CyclicBarrier connected = new CyclicBarrier(pushes);
      List<Callable<String>> tasks = new ArrayList<>();
      for (int i = 0; i < pushes; i++) {
        tasks.add(() -> pushOne(target, connected));
      }
      List<String> answers = new ArrayList<>();
      for (Future<String> answer : threads.invokeAll(tasks)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  private String pushOne(String target, CyclicBarrier connected) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      connected.await();
      IOException cutOff = null;
      try {
        send(socket.getOutputStream(), target);
      } catch (IOException e) {
        cutOff = e; // A refusal may come before the body has gone out.
      }
      return answer(socket, cutOff);
    }
  }

  private void send(OutputStream out, String target) throws IOException {
    String head =
        "PUT " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    for (int at = 0; at < body.length; at += PIECE_BYTES) {
      out.write(body, at, Math.min(PIECE_BYTES, body.length - at));
    }
  }

  private static String answer(Socket socket, IOException cutOff) {
    StringBuilder head = new StringBuilder();
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        head.append(line).append('\n');
      }
      return head.toString();
    } catch (IOException e) {
      return head + "no answer: " + e.getMessage() + (cutOff == null ? "" : " after " + cutOff);
    }
  }
}
