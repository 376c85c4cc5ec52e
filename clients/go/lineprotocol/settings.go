package lineprotocol

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"
)

// Settings are the options of a client by name. What is read is taken out; Done refuses the rest.
type Settings map[string]any

// Take writes the setting to where, if there is one. It has to be of the type that where points to.
func Take[T any](settings Settings, name string, where *T) error {
	value, isThere := settings[name]
	if !isThere {
		return nil
	}
	delete(settings, name)
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, where)
	}
	if err != nil {
		return fmt.Errorf("setting %s: expected a value of type %T, got %s", name, *where, text)
	}
	return nil
}

// TakeMs is Take for a duration in milliseconds.
func TakeMs(settings Settings, name string, where *time.Duration) error {
	ms := float64(*where) / float64(time.Millisecond)
	err := Take(settings, name, &ms)
	*where = time.Duration(ms * float64(time.Millisecond))
	return err
}

// Done fails if there is a setting that nobody has taken.
func (settings Settings) Done() error {
	if len(settings) == 0 {
		return nil
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	return fmt.Errorf("unknown settings: %s", strings.Join(names, ", "))
}
