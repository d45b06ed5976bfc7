// Command harbour is the smallest app that shows whether a node is one: it serves, reaches others, and takes memory.
//
//	/ready             "ready"
//	/reach?url=        what this pod gets from an address, or 502 with why not
//	/take?megabytes=   takes that much memory and keeps it
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

const patience = 3 * time.Second

// Each answer comes over a connection of its own: a policy judges those that begin.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// kept is never read: what /take took stays taken.
var kept [][]byte

func main() {
	http.HandleFunc("/ready", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(answer, "ready")
	})
	http.HandleFunc("/reach", reach)
	http.HandleFunc("/take", take)
	log.Print("harbour is open")
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func reach(answer http.ResponseWriter, request *http.Request) {
	within, cancel := context.WithTimeout(request.Context(), patience)
	defer cancel()
	asked, err := http.NewRequestWithContext(within, http.MethodGet, request.FormValue("url"), nil)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	got, err := client.Do(asked)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	defer got.Body.Close()
	answer.WriteHeader(got.StatusCode)
	_, _ = io.Copy(answer, got.Body)
}

func take(answer http.ResponseWriter, request *http.Request) {
	megabytes, err := strconv.Atoi(request.FormValue("megabytes"))
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	for range megabytes {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		kept = append(kept, block)
	}
	fmt.Fprintf(answer, "%d blocks kept", len(kept))
}
