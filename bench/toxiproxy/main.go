// Command bench is the peer of bench/proxy.ts: Toxiproxy without toxics, the server behind both
// proxies, and the load on them. Each is a process of its own.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "toxiproxy":
		return runToxiproxy(args[1])
	case len(args) == 1 && args[0] == "server":
		return runServer()
	case len(args) == 3 && args[0] == "latency":
		return withCount(args[2], func(count int) error { return measureLatency(args[1], count) })
	case len(args) == 3 && args[0] == "throughput":
		return withCount(args[2], func(mib int) error { return measureThroughput(args[1], mib) })
	case len(args) == 3 && args[0] == "idle":
		return withCount(args[2], func(count int) error { return holdIdle(args[1], count) })
	}
	return fmt.Errorf("usage: bench toxiproxy UPSTREAM | server | latency ADDRESS COUNT | " +
		"throughput ADDRESS MIB | idle ADDRESS COUNT")
}
