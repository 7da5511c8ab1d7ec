namespace Signalbox.Inference.Gguf;

/// <summary>A metadata value as the file has it.</summary>
/// <param name="Type">Its type; that of the elements for an array.</param>
/// <param name="Count">Elements of an array; -1 for a single value.</param>
/// <param name="Bytes">The value, or the elements of the array back to back.</param>
internal readonly record struct GgufValue(GgufValueType Type, long Count, ReadOnlyMemory<byte> Bytes)
{
    public bool IsArray => Count >= 0;
}
