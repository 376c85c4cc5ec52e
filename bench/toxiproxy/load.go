package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"time"
)

const messageBytes = 64

func withCount(text string, use func(count int) error) error {
	count, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	return use(count)
}

func dial(address string, mode byte) (net.Conn, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	_, err = conn.Write([]byte{mode})
	return conn, err
}

// measureLatency prints the median time of one request and its response, in microseconds.
func measureLatency(address string, count int) error {
	conn, err := dial(address, echo)
	if err != nil {
		return err
	}
	defer conn.Close()
	times := make([]time.Duration, 0, count)
	message := make([]byte, messageBytes)
	// The first tenth warms up.
	for i := -count / 10; i < count; i++ {
		started := time.Now()
		if err := exchange(conn, message); err != nil {
			return err
		}
		if i >= 0 {
			times = append(times, time.Since(started))
		}
	}
	slices.Sort(times)
	fmt.Println(float64(times[len(times)/2].Nanoseconds()) / 1000)
	return nil
}

func exchange(conn net.Conn, message []byte) error {
	if _, err := conn.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, message)
	return err
}

// measureThroughput prints MiB per second: to the server, then from it.
func measureThroughput(address string, mib int) error {
	total := int64(mib) << 20
	for _, mode := range []byte{sink, pour} {
		conn, err := dial(address, mode)
		if err != nil {
			return err
		}
		defer conn.Close()
		started := time.Now()
		if _, err := conn.Write(binary.BigEndian.AppendUint64(nil, uint64(total))); err != nil {
			return err
		}
		if mode == sink {
			if err := fill(conn, total); err != nil {
				return err
			}
			err = discard(conn, 1)
		} else {
			err = discard(conn, total)
		}
		if err != nil {
			return err
		}
		fmt.Println(float64(mib) / time.Since(started).Seconds())
	}
	return nil
}

// holdIdle opens connections, makes sure that each reaches the server, and holds them until standard
// input ends.
func holdIdle(address string, count int) error {
	message := make([]byte, messageBytes)
	for range count {
		conn, err := dial(address, echo)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := exchange(conn, message); err != nil {
			return err
		}
	}
	fmt.Println(count)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
