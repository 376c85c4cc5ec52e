package main

import (
	"net"
	"sync"
	"time"
)

// The name under which the driver finds our dial function.
const network = "tcp-remembered"

// Drivers before v1.4 cannot be told to give up a read that nothing answers. So that none is left when the
// client is closed, connections are remembered; they are what net.Dial gives, for the driver's own check.
var remembered connections

type connections struct {
	mutex       sync.Mutex
	all         []net.Conn
	dialTimeout time.Duration
	// A dial may be under way while the client is closed.
	isClosed bool
}

func (c *connections) dial(address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: c.dialTimeout}
	connection, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.isClosed {
		connection.Close()
		return nil, net.ErrClosed
	}
	c.all = append(c.all, connection)
	return connection, nil
}

func (c *connections) closeAll() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, connection := range c.all {
		connection.Close()
	}
	c.all = nil
	c.isClosed = true
}

func (c *connections) open(dialTimeout time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.dialTimeout = dialTimeout
	c.isClosed = false
}
