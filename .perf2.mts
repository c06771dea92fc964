import pg from 'pg';
import { createReserve } from './ledger/reserve.ts';
import { createCommit } from './ledger/commit.ts';
import { reserveInteractively, commitInteractively } from './test/bench/ledger/interactive-ledger.ts';
const url='postgres://postgres@127.0.0.1:55432/hf_ledger';
const pool=new pg.Pool({connectionString:url,max:16});
const N=10000;
await pool.query(`insert into ledger.account_profiles select 'acct_p'||i,'p'||i,'r'||i,now() from generate_series(1,$1) i on conflict do nothing`,[N]);
await pool.query(`insert into ledger.accounts(account_id) select 'acct_p'||i from generate_series(1,$1) i on conflict do nothing`,[N]);
for(let k=0;k<N;k+=1000) await pool.query('select count(*) from ledger.grant_credits($1)',[JSON.stringify(Array.from({length:1000},(_,i)=>({account_id:'acct_p'+(k+i+1),grant_id:'grant_1',source:'sign_up',band:2,amount:100000000,reason:'x'})))]);
const reserve=createReserve(pool as any), commit=createCommit(pool as any);
let seq=Date.now();
async function run(hot:boolean, inflight:number, secs:number){
  const end=performance.now()+secs*1000; let n=0; const t0=performance.now();
  await Promise.all(Array.from({length:inflight},async()=>{ while(performance.now()<end){ const a='acct_p'+(hot?1:1+Math.floor(Math.random()*N)); const id='rsv_'+(seq++);
    const r=await reserve({accountId:a,reservationId:id,credits:35,reason:'generation',jobId:'job_x',outputId:'out_x',returnAfterSeconds:900,groupId:null}); if(r.outcome!=='reserved') throw new Error(JSON.stringify(r));
    const c=await commit({accountId:a,reservationId:id,credits:35}); if(c.outcome!=='committed') throw new Error(JSON.stringify(c)); n++; }}));
  return n/((performance.now()-t0)/1000);
}
async function inter(inflight:number, secs:number){
  const end=performance.now()+secs*1000; let n=0; const t0=performance.now();
  await Promise.all(Array.from({length:inflight},async()=>{ while(performance.now()<end){ const a='acct_p'+(1+Math.floor(Math.random()*N)); const id='rsv_'+(seq++);
    await reserveInteractively(pool,{accountId:a,reservationId:id,credits:35}); await commitInteractively(pool,{accountId:a,reservationId:id}); n++; }}));
  return n/((performance.now()-t0)/1000);
}
for(let i=0;i<3;i++){ console.log('inter',(await inter(1024,4)).toFixed(0),'inter single',(await inter(1,3)).toFixed(0)); console.log('spread',(await run(false,1024,4)).toFixed(0),'hot',(await run(true,1024,4)).toFixed(0),'single',(await run(false,1,3)).toFixed(0)); }
await pool.end();
