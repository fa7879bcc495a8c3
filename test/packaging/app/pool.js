import "lloyd/pool-worker";
