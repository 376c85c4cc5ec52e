package main

import (
	"fmt"
	"io"
	"os"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// runToxiproxy proxies to upstream until standard input ends. Nothing is logged, which is in its favour.
func runToxiproxy(upstream string) error {
	metrics := toxiproxy.NewMetricsContainer(prometheus.NewRegistry())
	server := toxiproxy.NewServer(metrics, zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "bench", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		return err
	}
	fmt.Println(proxy.Listen)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
