// A small pool on miekg/dns over TCP, as its users write it: what Dial gives is kept and used again.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"pipewrench/clients/lineprotocol"
)

func main() {
	lineprotocol.Run(lineprotocol.Hello{
		Name:        "go-miekg-dns",
		Description: "connections of miekg/dns 1.1.73 kept in a list",
		Protocols:   []string{"dns-tcp"},
		Operations:  []string{"query", "update"},
		IsPool:      true,
	}, open)
}

type client struct {
	dns     dns.Client
	address string
	maxIdle int

	mutex sync.Mutex
	idle  []*dns.Conn
	// In use or idle, to be closed with the client.
	all    map[*dns.Conn]bool
	dialed int
	closed bool
}

func open(target lineprotocol.Target, settings lineprotocol.Settings) (lineprotocol.Client, error) {
	c := &client{address: target.String(), maxIdle: 10, all: map[*dns.Conn]bool{}}
	c.dns.Net = "tcp"
	err := errors.Join(
		lineprotocol.Take(settings, "maxIdle", &c.maxIdle),
		lineprotocol.TakeMs(settings, "timeoutMs", &c.dns.Timeout),
		settings.Done(),
	)
	return c, err
}

func (c *client) Do(ctx context.Context, operation lineprotocol.Operation) (string, error) {
	message, err := messageOf(operation)
	if err != nil {
		return "", err
	}
	connection, err := c.get(ctx)
	if err != nil {
		return "", err
	}
	response, _, err := c.dns.ExchangeWithConnContext(ctx, message, connection)
	if err != nil {
		c.drop(connection)
		return "", err
	}
	c.put(connection)
	return inWords(response), nil
}

func messageOf(operation lineprotocol.Operation) (*dns.Msg, error) {
	message := new(dns.Msg)
	name := dns.Fqdn(operation.Name)
	switch operation.Kind {
	case "query":
		qtype, isKnown := dns.StringToType[operation.Type]
		if !isKnown {
			return nil, lineprotocol.Unsupported{What: operation.Type}
		}
		return message.SetQuestion(name, qtype), nil
	case "update":
		record, err := dns.NewRR(fmt.Sprintf("%s 60 IN A %s", name, operation.Data))
		message.SetUpdate(name)
		message.Insert([]dns.RR{record})
		return message, err
	default:
		return nil, lineprotocol.Unsupported{What: operation.Kind}
	}
}

func inWords(response *dns.Msg) string {
	if response.Opcode == dns.OpcodeUpdate || response.Rcode != dns.RcodeSuccess {
		return dns.RcodeToString[response.Rcode]
	}
	words := make([]string, len(response.Answer))
	for i, record := range response.Answer {
		words[i] = strings.TrimPrefix(record.String(), record.Header().String())
	}
	if len(words) == 0 {
		return "NODATA"
	}
	return strings.Join(words, " ")
}

// The connection that was used last, or a new one. Nothing looks whether it is still alive.
func (c *client) get(ctx context.Context) (*dns.Conn, error) {
	c.mutex.Lock()
	if last := len(c.idle) - 1; last >= 0 {
		connection := c.idle[last]
		c.idle = c.idle[:last]
		c.mutex.Unlock()
		return connection, nil
	}
	c.mutex.Unlock()
	connection, err := c.dns.DialContext(ctx, c.address)
	if err != nil {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.closed {
		connection.Close()
		return nil, net.ErrClosed
	}
	c.dialed++
	c.all[connection] = true
	return connection, nil
}

func (c *client) put(connection *dns.Conn) {
	c.mutex.Lock()
	isKept := !c.closed && len(c.idle) < c.maxIdle
	if isKept {
		c.idle = append(c.idle, connection)
	}
	c.mutex.Unlock()
	if !isKept {
		c.drop(connection)
	}
}

func (c *client) drop(connection *dns.Conn) {
	connection.Close()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.all, connection)
}

func (c *client) Stats() map[string]any {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return map[string]any{"dialed": c.dialed, "open": len(c.all), "idle": len(c.idle)}
}

func (c *client) Close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closed = true
	for connection := range c.all {
		connection.Close()
	}
}
