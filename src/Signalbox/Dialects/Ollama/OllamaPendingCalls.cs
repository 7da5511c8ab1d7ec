using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signalbox.Dialects.Ollama;

/// <summary>
/// Tool calls of a stream, gathered until they are whole. A call is handed out when something else follows it and its arguments
/// have closed; a provider may send the pieces of several calls in turn.
/// </summary>
internal sealed class OllamaPendingCalls
{
    private readonly List<Call> _calls = [];
    private int _taken;

    /// <summary>Adds a piece. True when it starts a call, so that one before it may be whole.</summary>
    public bool Add(ToolCallDelta piece)
    {
        var call = _calls.Find(known => known.Index == piece.Index);
        var isNew = call is null;
        if (call is null)
        {
            _calls.Add(call = new Call(piece.Index));
        }

        call.Add(piece);
        return isNew && _calls.Count - _taken > 1;
    }

    /// <summary>Takes the next call in the order of their start.</summary>
    /// <param name="all">Whether the answer has ended, so that no call can grow any more.</param>
    /// <param name="index">The call's position.</param>
    /// <param name="call">The call.</param>
    public bool TryTake(bool all, out int index, [NotNullWhen(true)] out Call? call)
    {
        index = _taken;
        call = _taken < _calls.Count ? _calls[_taken] : null;
        if (call is null || (!all && !call.IsClosed))
        {
            call = null;
            return false;
        }

        _taken++;
        return true;
    }

    /// <summary>One call.</summary>
    internal sealed class Call(int index)
    {
        private readonly StringBuilder _arguments = new();

        public int Index => index;

        public string Id { get; private set; } = "";

        public string Name { get; private set; } = "";

        public string Arguments => _arguments.ToString();

        /// <summary>Whether the arguments are a whole object. None at all may still be to come.</summary>
        public bool IsClosed => _arguments.Length > 0 && OllamaToolCalls.TryNormalise(Arguments, out _);

        public void Add(ToolCallDelta piece)
        {
            Id = piece.CallId ?? Id;
            Name = piece.Name ?? Name;
            _arguments.Append(piece.Arguments);
        }
    }
}
