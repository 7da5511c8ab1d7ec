using System.Buffers;

namespace Signalbox.Dialects.Sse;

/// <summary>Reads frames from a provider's body. Holds no buffer while it waits for bytes, so that thousands of slow streams stay cheap.</summary>
internal sealed class FrameReader(Stream body, StreamFraming framing) : IDisposable
{
    private const int ReadSize = 16 * 1024;

    /// <summary>A frame beyond this size (an image inside a chunk has a few MB) is no frame.</summary>
    private const int MaxFrameSize = 32 * 1024 * 1024;

    private readonly FrameScanner _scanner = new(framing);
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Whether a frame has grown beyond all bounds.</summary>
    public bool IsOverlong => _end - _start >= MaxFrameSize;

    /// <summary>The next frame among the bytes that are here; its spans are valid until the next call of either method.</summary>
    public bool TryNext(out Frame frame)
    {
        if (_buffer is null || !_scanner.TryNext(_buffer.AsSpan(_start, _end - _start), _ended, out frame))
        {
            frame = default;
            return false;
        }

        _start += frame.Raw.Length;
        return true;
    }

    /// <summary>Waits for more bytes. False at the end of the body, after the last frame has been offered.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_ended)
        {
            return false;
        }

        if (_start == _end)
        {
            Release();
            _ = await body.ReadAsync(Memory<byte>.Empty, cancel);
        }

        MakeRoom();
        var read = await body.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        _ended = read == 0;
        return !_ended || _end > _start;
    }

    public void Dispose() => Release();

    private void Release()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _start = _end = 0;
        }
    }

    private void MakeRoom()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(ReadSize);
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
