using System.Numerics;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A model with random weights: it takes any token that the constraint lets through.</summary>
internal sealed class RandomChoice(Tokenizer tokenizer, int seed)
{
    private readonly Random _random = new(seed);
    private readonly ulong[] _mask = new ulong[(tokenizer.VocabularySize + 63) / 64];

    /// <summary>The bytes of one answer, ended by an end token, by having to end, or (null) by the limit of tokens.</summary>
    /// <param name="constraint">What may come.</param>
    /// <param name="maxTokens">Tokens with text.</param>
    /// <param name="step">Called before each token.</param>
    public byte[]? Answer(ITokenConstraint constraint, int maxTokens, Action<ulong[]>? step = null)
    {
        var text = new List<byte>();
        for (var tokens = 0; !constraint.MustEnd; tokens++)
        {
            constraint.FillMask(_mask);
            step?.Invoke(_mask);
            var token = Choose();
            Assert.True(token >= 0, $"nothing is allowed after {System.Text.Encoding.UTF8.GetString([.. text])}");
            Assert.True(constraint.Allows(token));
            if (tokenizer.EndsGeneration(token))
            {
                Assert.True(constraint.MayEnd);
                break;
            }

            if (tokens == maxTokens)
            {
                return null;
            }

            constraint.Accept(token);
            text.AddRange(tokenizer.BytesOf(token));
        }

        return [.. text];
    }

    private int Choose()
    {
        var count = 0;
        foreach (var word in _mask)
        {
            count += BitOperations.PopCount(word);
        }

        var left = count == 0 ? -1 : _random.Next(count);
        for (var i = 0; i < _mask.Length && left >= 0; i++)
        {
            var here = BitOperations.PopCount(_mask[i]);
            if (left >= here)
            {
                left -= here;
                continue;
            }

            var word = _mask[i];
            for (; left > 0; left--)
            {
                word &= word - 1;
            }

            return (i * 64) + BitOperations.TrailingZeroCount(word);
        }

        return -1;
    }
}
