using System.Buffers;
using System.Text.Json;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Text that grows in pieces, kept as a JSON string in the making: it is sent once as deltas and up to four times in full.</summary>
internal sealed class GrowingText : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public GrowingText() => JsonText.Raw(this, "\""u8);

    public bool IsEmpty => _length == 1;

    /// <summary>Adds a piece; returns its escaped bytes.</summary>
    public ReadOnlySpan<byte> Add(ReadOnlySpan<char> piece)
    {
        var start = _length;
        JsonText.Escaped(this, piece);
        return _bytes.AsSpan(start, _length - start);
    }

    /// <summary>Writes the whole text so far.</summary>
    public void WriteTo(Utf8JsonWriter json) => json.WriteRawValue(Quoted(), skipInputValidation: true);

    /// <summary>Whether the text so far is one complete JSON value.</summary>
    public bool IsCompleteJson()
    {
        var quoted = new Utf8JsonReader(Quoted());
        quoted.Read();
        try
        {
            using var document = JsonDocument.Parse(quoted.GetString()!);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>The closing quote stands behind the text only while it is written: more may follow.</summary>
    private ReadOnlySpan<byte> Quoted()
    {
        Reserve(1);
        _bytes[_length] = (byte)'"';
        return _bytes.AsSpan(0, _length + 1);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < Math.Max(count, 1))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }
    }
}
