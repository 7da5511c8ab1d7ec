using System.Text;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Training.Vocabularies;

/// <summary>
/// Text to tokens with some merges left out at random, so that a model sees a word in several ways: Provilkov, Emelianenko, Voita, "BPE-Dropout" (2020).
/// With none left out, the tokens are the tokenizer's.
/// </summary>
internal sealed class DropoutEncoder
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Token)> _merges = [];
    private readonly PreTokenizer _preTokenizer;

    public DropoutEncoder(TrainedVocabulary vocabulary)
    {
        _preTokenizer = PreTokenizer.TryCreate(TrainedVocabulary.SplitRule, out var rule, out var fault) ? rule : throw new InvalidOperationException(fault.Message);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.ControlStart; id++)
        {
            ids[Encoding.UTF8.GetString(vocabulary.Tokens[id])] = id;
        }

        foreach (var (left, right) in vocabulary.Merges)
        {
            var text = Encoding.UTF8.GetString([.. vocabulary.Tokens[left], .. vocabulary.Tokens[right]]);
            _merges.TryAdd((left, right), (_merges.Count, ids[text]));
        }
    }

    /// <summary>Appends the tokens of a text without control tokens.</summary>
    /// <param name="text">Any.</param>
    /// <param name="dropout">The share of possible merges that is left out at each step, 0 to 1.</param>
    /// <param name="random">Asked only where <paramref name="dropout"/> is more than 0.</param>
    /// <param name="tokens">Where they go.</param>
    public void Encode(string text, double dropout, ref Xoshiro256 random, List<int> tokens)
    {
        using var words = _preTokenizer.Split(Encoding.UTF8.GetBytes(text));
        var word = new List<int>();
        while (words.MoveNext())
        {
            word.Clear();
            foreach (var value in words.Current)
            {
                word.Add(value);
            }

            while (TryMerge(word, dropout, ref random))
            {
            }

            tokens.AddRange(word);
        }
    }

    private bool TryMerge(List<int> word, double dropout, ref Xoshiro256 random)
    {
        var (at, best, token) = (-1, int.MaxValue, 0);
        for (var i = 1; i < word.Count; i++)
        {
            if (_merges.TryGetValue((word[i - 1], word[i]), out var merge) && (dropout <= 0 || random.NextDouble() >= dropout) && merge.Rank < best)
            {
                (at, best, token) = (i, merge.Rank, merge.Token);
            }
        }

        if (at < 0)
        {
            return false;
        }

        word[at - 1] = token;
        word.RemoveAt(at);
        return true;
    }
}
