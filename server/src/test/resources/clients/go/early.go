// Sends bodies to a path that is not there, and good pushes on the same kept connection.
// Argument: URL.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func send(path string, body []byte) {
	response, err := http.Post(os.Args[1]+path, "text/plain", bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", string(text))))
}

func main() {
	for i := 0; i < 20; i++ {
		send("/nowhere", bytes.Repeat([]byte("#"), 200000))
		send("/metrics/job/go", []byte("m 1\n"))
	}
	send("/nowhere", bytes.Repeat([]byte("#"), 4000000))
}
