// The client of Go's net/http, with a transport of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"pipewrench/clients/lineprotocol"
)

func main() {
	lineprotocol.Run(lineprotocol.Hello{
		Name:        "go-net-http",
		Description: "net/http of Go",
		Protocols:   []string{"http"},
		Operations:  []string{"fetch"},
		IsPool:      true,
	}, open)
}

type client struct {
	target    lineprotocol.Target
	http      *http.Client
	transport *http.Transport
	opened    atomic.Int64
	reused    atomic.Int64
}

func open(target lineprotocol.Target, settings lineprotocol.Settings) (lineprotocol.Client, error) {
	var timeout time.Duration
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	err := errors.Join(
		lineprotocol.Take(settings, "maxIdleConnsPerHost", &transport.MaxIdleConnsPerHost),
		lineprotocol.Take(settings, "maxConnsPerHost", &transport.MaxConnsPerHost),
		lineprotocol.Take(settings, "disableKeepAlives", &transport.DisableKeepAlives),
		lineprotocol.TakeMs(settings, "idleConnTimeoutMs", &transport.IdleConnTimeout),
		lineprotocol.TakeMs(settings, "responseHeaderTimeoutMs", &transport.ResponseHeaderTimeout),
		lineprotocol.TakeMs(settings, "timeoutMs", &timeout),
		settings.Done(),
	)
	if err != nil {
		return nil, err
	}
	c := &client{target: target, transport: transport}
	c.http = &http.Client{Transport: transport, Timeout: timeout}
	return c, nil
}

func (c *client) Do(ctx context.Context, operation lineprotocol.Operation) (string, error) {
	if operation.Kind != "fetch" {
		return "", lineprotocol.Unsupported{What: operation.Kind}
	}
	var body io.Reader
	if operation.Body != "" {
		body = strings.NewReader(operation.Body)
	}
	url := fmt.Sprintf("http://%s%s", c.target, operation.Target)
	request, err := http.NewRequestWithContext(c.counted(ctx), operation.Method, url, body)
	if err != nil {
		return "", err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return fmt.Sprintf("%d %s", response.StatusCode, text), err
}

func (c *client) counted(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if info.Reused {
				c.reused.Add(1)
			} else {
				c.opened.Add(1)
			}
		},
	})
}

func (c *client) Stats() map[string]any {
	return map[string]any{"newConnections": c.opened.Load(), "reused": c.reused.Load()}
}

func (c *client) Close() { c.transport.CloseIdleConnections() }
