// Package lineprotocol speaks the line protocol of docs/client-protocol.md, version 1, for the programs
// beside it.
package lineprotocol

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sync"
	"time"
)

// Hello is what a program says of itself.
type Hello struct {
	Version     int      `json:"pipewrench"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Protocols   []string `json:"protocols"`
	Operations  []string `json:"operations"`
	IsPool      bool     `json:"isPool"`
	Publishes   []string `json:"publishes,omitempty"`
}

// Target is where an upstream listens.
type Target struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

func (t Target) String() string { return fmt.Sprintf("%s:%d", t.Host, t.Port) }

// Operation is what a request asks for; the kind says which fields are there.
type Operation struct {
	Kind     string  `json:"kind"`
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Data     string  `json:"data"`
	SQL      string  `json:"sql"`
	Method   string  `json:"method"`
	Target   string  `json:"target"`
	Body     string  `json:"body"`
	WithinMs float64 `json:"withinMs"`
}

// Client is one that is open. Do may be called several times at once.
type Client interface {
	Do(ctx context.Context, operation Operation) (string, error)
	Stats() map[string]any
	// Close returns when no connection is left.
	Close()
}

// Open makes a client; it takes what it knows out of the settings.
type Open func(target Target, settings Settings) (Client, error)

type call struct {
	ID        json.RawMessage `json:"id"`
	Call      string          `json:"call"`
	Target    Target          `json:"target"`
	Settings  Settings        `json:"settings"`
	Operation Operation       `json:"operation"`
	Request   json.RawMessage `json:"request"`
}

type reply map[string]any

var output = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.Stdout)}

// Write writes one line.
func Write(line any) {
	output.Lock()
	defer output.Unlock()
	if err := output.Encode(line); err != nil {
		log.Fatal(err)
	}
}

// LogWriter writes lines of a log as events.
type LogWriter struct{ Level string }

func (w LogWriter) Write(line []byte) (int, error) {
	text := string(line)
	if last := len(text) - 1; last >= 0 && text[last] == '\n' {
		text = text[:last]
	}
	Write(reply{"event": "log", "level": w.Level, "text": text})
	return len(line), nil
}

type session struct {
	open   Open
	client Client
	// Ended when the client is closed: what is under way fails.
	ctx     context.Context
	cancel  context.CancelFunc
	pending sync.WaitGroup
	mutex   sync.Mutex
	// What gives up a request, by its id.
	giveUp map[string]context.CancelFunc
	// Before the first client: standard input and output may be sockets.
	socketsBefore int
}

// Run serves calls until the input ends.
func Run(hello Hello, open Open) {
	hello.Version = 1
	output.SetEscapeHTML(false)
	openOwnDescriptors()
	Write(hello)
	s := &session{open: open, giveUp: map[string]context.CancelFunc{}, socketsBefore: socketCount()}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c call
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			log.Fatalf("no call: %v: %s", err, lines.Text())
		}
		s.serve(c)
	}
}

func (s *session) serve(c call) {
	switch {
	case c.Call == "open":
		s.replyTo(c, reply{}, s.opened(c))
	case c.Call == "cancel":
		s.mutex.Lock()
		if giveUp := s.giveUp[string(c.Request)]; giveUp != nil {
			giveUp()
		}
		s.mutex.Unlock()
	case c.Call != "request" && c.Call != "stats" && c.Call != "close":
		s.replyTo(c, nil, Unsupported{What: c.Call})
	case s.client == nil:
		s.replyTo(c, nil, fmt.Errorf("%s: there is no open client", c.Call))
	case c.Call == "request":
		s.request(c)
	case c.Call == "stats":
		s.replyTo(c, reply{"stats": s.client.Stats()}, nil)
	case c.Call == "close":
		s.cancel()
		s.client.Close()
		s.pending.Wait()
		s.client = nil
		waitForSockets(s.socketsBefore)
		s.replyTo(c, reply{}, nil)
	}
}

func (s *session) opened(c call) error {
	if s.client != nil {
		return fmt.Errorf("open: the client before is still open")
	}
	client, err := s.open(c.Target, c.Settings)
	if err != nil {
		return err
	}
	s.client = client
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return nil
}

func (s *session) request(c call) {
	client := s.client
	ctx, giveUp := context.WithCancel(s.ctx)
	if c.Operation.WithinMs > 0 {
		limit := time.Duration(c.Operation.WithinMs * float64(time.Millisecond))
		ctx, giveUp = context.WithTimeout(s.ctx, limit)
	}
	id := string(c.ID)
	s.mutex.Lock()
	s.giveUp[id] = giveUp
	s.mutex.Unlock()
	s.pending.Add(1)
	go func() {
		defer s.pending.Done()
		answer, err := client.Do(ctx, c.Operation)
		giveUp()
		s.mutex.Lock()
		delete(s.giveUp, id)
		s.mutex.Unlock()
		s.replyTo(c, reply{"answer": answer}, err)
	}()
}

func (s *session) replyTo(c call, r reply, err error) {
	if err != nil {
		r = reply{"error": ErrorWord(err), "message": err.Error()}
	}
	r["id"] = c.ID
	Write(r)
}
