namespace Signalbox.Dialects.Sse;

/// <summary>One frame of a stream; its spans are valid until the scanner looks at the next one.</summary>
internal readonly ref struct Frame(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
{
    /// <summary>The frame with its separators, exactly as it arrived.</summary>
    public readonly ReadOnlySpan<byte> Raw = raw;

    /// <summary>The SSE event's name, or empty.</summary>
    public readonly ReadOnlySpan<byte> EventName = eventName;

    /// <summary>The data; empty for a frame that only carries comments or blank space.</summary>
    public readonly ReadOnlySpan<byte> Data = data;
}

/// <summary>
/// Finds frames in bytes as they arrive, however they are split: SSE events (WHATWG HTML, 9.2.5 and 9.2.6), NDJSON lines or
/// items of a JSON array. Keeps the raw bytes of each frame, because a relay passes them on as they are.
/// </summary>
internal sealed class FrameScanner(StreamFraming framing)
{
    private byte[]? _joined;

    /// <summary>Finds the first frame of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">Unconsumed bytes of the stream.</param>
    /// <param name="endOfBody">Whether no more bytes will come; then a last frame needs no separator.</param>
    /// <param name="frame">The frame; its raw length is what has been consumed.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryNext(ReadOnlySpan<byte> bytes, bool endOfBody, out Frame frame)
    {
        frame = default;
        if (bytes.IsEmpty)
        {
            return false;
        }

        return framing switch
        {
            StreamFraming.Sse => TryNextEvent(bytes, endOfBody, out frame),
            StreamFraming.Ndjson => TryNextLine(bytes, endOfBody, out frame),
            _ => TryNextItem(bytes, endOfBody, out frame),
        };
    }

    private bool TryNextEvent(ReadOnlySpan<byte> bytes, bool endOfBody, out Frame frame)
    {
        frame = default;
        ReadOnlySpan<byte> name = default, data = default;
        var joined = 0;
        var hasData = false;
        var position = 0;
        while (TryLine(bytes[position..], endOfBody, out var line, out var consumed))
        {
            position += consumed;
            if (line.IsEmpty)
            {
                // A blank line ends the event; blank lines between events are passed on with the next one's bytes.
                frame = new Frame(bytes[..position], name, hasData && joined > 0 ? _joined.AsSpan(0, joined) : data);
                return true;
            }

            if (Field(line, "data"u8, out var value))
            {
                if (hasData)
                {
                    joined = Join(data, joined, value);
                }
                else
                {
                    data = value;
                    hasData = true;
                }
            }
            else if (Field(line, "event"u8, out value))
            {
                name = value;
            }
        }

        if (!endOfBody)
        {
            return false;
        }

        frame = new Frame(bytes, name, hasData && joined > 0 ? _joined.AsSpan(0, joined) : data);
        return true;
    }

    private static bool Field(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length <= name.Length || line[name.Length] != (byte)':' || !line.StartsWith(name))
        {
            return false;
        }

        value = line[(name.Length + 1)..];
        if (!value.IsEmpty && value[0] == (byte)' ')
        {
            value = value[1..];
        }

        return true;
    }

    /// <summary>Data over several lines is joined by line feeds; rare enough to be copied.</summary>
    private int Join(ReadOnlySpan<byte> first, int joined, ReadOnlySpan<byte> next)
    {
        var start = joined == 0 ? first.Length : joined;
        var length = start + 1 + next.Length;
        if (_joined is null || _joined.Length < length)
        {
            var larger = new byte[Math.Max(length, 2 * (_joined?.Length ?? 256))];
            _joined.AsSpan(0, joined).CopyTo(larger);
            _joined = larger;
        }

        if (joined == 0)
        {
            first.CopyTo(_joined);
        }

        _joined[start] = (byte)'\n';
        next.CopyTo(_joined.AsSpan(start + 1));
        return length;
    }

    /// <summary>A line ends with LF, CR LF or CR. A CR at the very end of what has arrived may be half of a CR LF.</summary>
    private static bool TryLine(ReadOnlySpan<byte> bytes, bool endOfBody, out ReadOnlySpan<byte> line, out int consumed)
    {
        var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        if (end < 0 || (bytes[end] == (byte)'\r' && end == bytes.Length - 1 && !endOfBody))
        {
            line = bytes;
            consumed = bytes.Length;
            return end < 0 && endOfBody && bytes.Length > 0;
        }

        line = bytes[..end];
        consumed = end + 1;
        if (bytes[end] == (byte)'\r' && consumed < bytes.Length && bytes[consumed] == (byte)'\n')
        {
            consumed++;
        }

        return true;
    }

    private static bool TryNextLine(ReadOnlySpan<byte> bytes, bool endOfBody, out Frame frame)
    {
        frame = default;
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0 && !endOfBody)
        {
            return false;
        }

        var raw = end < 0 ? bytes : bytes[..(end + 1)];
        frame = new Frame(raw, default, raw.Trim(" \t\r\n"u8));
        return true;
    }

    /// <summary>Items of one JSON array: the brackets and commas around an item belong to the raw bytes, not to its data.</summary>
    private static bool TryNextItem(ReadOnlySpan<byte> bytes, bool endOfBody, out Frame frame)
    {
        frame = default;
        var start = bytes.IndexOf((byte)'{');
        var end = start < 0 ? -1 : ObjectEnd(bytes, start);
        if (end < 0)
        {
            if (!endOfBody)
            {
                return false;
            }

            // The closing bracket has no data; a cut object is given as it is, so that its reader says what is wrong.
            frame = new Frame(bytes, default, start < 0 ? default : bytes[start..]);
            return true;
        }

        frame = new Frame(bytes[..(end + 1)], default, bytes[start..(end + 1)]);
        return true;
    }

    private static int ObjectEnd(ReadOnlySpan<byte> bytes, int start)
    {
        var depth = 0;
        var position = start;
        while (position < bytes.Length)
        {
            var next = bytes[position..].IndexOfAny("{}\""u8);
            if (next < 0)
            {
                return -1;
            }

            position += next;
            switch (bytes[position])
            {
                case (byte)'{':
                    depth++;
                    break;
                case (byte)'}' when --depth == 0:
                    return position;
                case (byte)'"':
                    position = StringEnd(bytes, position + 1);
                    if (position < 0)
                    {
                        return -1;
                    }

                    break;
            }

            position++;
        }

        return -1;
    }

    private static int StringEnd(ReadOnlySpan<byte> bytes, int position)
    {
        while (position < bytes.Length)
        {
            var next = bytes[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return -1;
            }

            position += next;
            if (bytes[position] == (byte)'"')
            {
                return position;
            }

            position += 2;
        }

        return -1;
    }
}
