using System.Text;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Training.Vocabularies;

/// <summary>How often each word is in a corpus; a word is what the split rule makes of texts.</summary>
internal sealed class WordCounts
{
    private readonly Dictionary<byte[], int> _counts = new(ByteComparer.Instance);
    private readonly List<byte[]> _words = [];
    private readonly PreTokenizer _preTokenizer;

    public WordCounts() => _preTokenizer =
        PreTokenizer.TryCreate(TrainedVocabulary.SplitRule, out var rule, out var fault) ? rule : throw new InvalidOperationException(fault.Message);

    /// <summary>Distinct words in the order in which they first came.</summary>
    public IReadOnlyList<byte[]> Words => _words;

    public int this[byte[] word] => _counts.GetValueOrDefault(word);

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">Any.</param>
    /// <param name="times">How often the text counts.</param>
    public void Add(string text, int times = 1)
    {
        using var words = _preTokenizer.Split(Encoding.UTF8.GetBytes(text));
        while (words.MoveNext())
        {
            var word = words.Current.ToArray();
            if (_counts.TryGetValue(word, out var count))
            {
                _counts[word] = checked(count + times);
            }
            else
            {
                _counts.Add(word, times);
                _words.Add(word);
            }
        }
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>
    {
        public static readonly ByteComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
