using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Dialects.Fields;

/// <summary>
/// Names of one level of the ledger, looked up by the UTF-8 bytes of the caller's body so that no string is made for a name that is known.
/// The names of every protocol are ASCII; a name with other bytes is simply not found.
/// </summary>
internal sealed class FieldNames
{
    private readonly Dictionary<string, FieldNode> _byName;
    private readonly Dictionary<string, FieldNode>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;

    public FieldNames()
    {
        _byName = new Dictionary<string, FieldNode>(AsciiComparer.Instance);
        _byBytes = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public IEnumerable<KeyValuePair<string, FieldNode>> All => _byName;

    public FieldNode this[string name]
    {
        set => _byName[name] = value;
    }

    public bool TryGet(string name, [NotNullWhen(true)] out FieldNode? node) => _byName.TryGetValue(name, out node);

    public bool TryGet(ReadOnlySpan<byte> name, [NotNullWhen(true)] out FieldNode? node) => _byBytes.TryGetValue(name, out node);

    private sealed class AsciiComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
    {
        public static readonly AsciiComparer Instance = new();

        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public bool Equals(ReadOnlySpan<byte> alternate, string other) => System.Text.Ascii.Equals(alternate, other);

        // Length and three characters tell nearly all names of a level apart, and the table is fixed: nobody can fill it with collisions.
        public int GetHashCode(string name) =>
            name.Length == 0 ? 0 : Mix(name.Length, name[0], name[name.Length / 2], name[^1]);

        public int GetHashCode(ReadOnlySpan<byte> name) =>
            name.Length == 0 ? 0 : Mix(name.Length, name[0], name[name.Length / 2], name[^1]);

        public string Create(ReadOnlySpan<byte> alternate) => System.Text.Encoding.ASCII.GetString(alternate);

        private static int Mix(int length, int first, int middle, int last) => (((length * 31) + first) * 31 + middle) * 31 + last;
    }
}
