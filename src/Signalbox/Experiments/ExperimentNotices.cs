namespace Signalbox.Experiments;

/// <summary>Lines for whoever runs the gateway. What is said before anybody listens is kept for the first who does.</summary>
internal sealed class ExperimentNotices
{
    private readonly Lock _lock = new();
    private readonly List<string> _untold = [];
    private Action<string>? _sink;

    public Action<string>? Sink
    {
        set
        {
            lock (_lock)
            {
                _sink = value;
                foreach (var line in value is null ? [] : _untold)
                {
                    value!(line);
                }

                _untold.Clear();
            }
        }
    }

    public void Tell(string line)
    {
        lock (_lock)
        {
            if (_sink is { } sink)
            {
                sink(line);
            }
            else if (_untold.Count < ExperimentBoard.MostRoutes)
            {
                _untold.Add(line);
            }
        }
    }
}
